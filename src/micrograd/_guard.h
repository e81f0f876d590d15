/* The door of compiled methods.
 *
 * A method of a compiled class, taken from the class, gives C whatever it is handed as self: `Value.relu(3)` would
 * read an int's memory as a node's. (Special methods and properties are checked by Python; the functions that Cython
 * makes so that inspect can read them are not.) Here each of them gets an entry that looks at self first, and then
 * calls the same C; it replaces Cython's, so it takes no more time.
 */
#ifndef MICROGRAD_GUARD_H
#define MICROGRAD_GUARD_H
#include <Python.h>
#include <string.h>

enum { GUARD_NOTHING, GUARD_ONE, GUARD_MANY, GUARD_KINDS };

/* The C of a method with arguments, as METH_FASTCALL | METH_KEYWORDS says. */
typedef PyObject *(*CallWithNames)(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);

/* What Cython made: it says what is wrong where the number of arguments is. */
static vectorcallfunc guarded[GUARD_KINDS];

static int is_self(PyObject *function, PyObject *const *arguments, Py_ssize_t count)
{
    PyTypeObject *type = ((PyCMethodObject *)function)->mm_class;
    if (count > 0 && Py_TYPE(arguments[0]) == type)
        return 1;
    if (count > 0 && !PyObject_TypeCheck(arguments[0], type)) {
        PyErr_Format(PyExc_TypeError, "descriptor '%s' for '%s' objects doesn't apply to a '%s' object",
                     ((PyCFunctionObject *)function)->m_ml->ml_name, type->tp_name, Py_TYPE(arguments[0])->tp_name);
        return 0;
    }
    return 1;
}

static PyObject *guard_nothing(PyObject *function, PyObject *const *arguments, size_t flags, PyObject *names)
{
    Py_ssize_t count = PyVectorcall_NARGS(flags);
    if (!is_self(function, arguments, count))
        return NULL;
    if (count != 1 || names != NULL)
        return guarded[GUARD_NOTHING](function, arguments, flags, names);
    return ((PyCFunctionObject *)function)->m_ml->ml_meth(arguments[0], NULL);
}

static PyObject *guard_one(PyObject *function, PyObject *const *arguments, size_t flags, PyObject *names)
{
    Py_ssize_t count = PyVectorcall_NARGS(flags);
    if (!is_self(function, arguments, count))
        return NULL;
    if (count != 2 || names != NULL)
        return guarded[GUARD_ONE](function, arguments, flags, names);
    return ((PyCFunctionObject *)function)->m_ml->ml_meth(arguments[0], arguments[1]);
}

static PyObject *guard_many(PyObject *function, PyObject *const *arguments, size_t flags, PyObject *names)
{
    Py_ssize_t count = PyVectorcall_NARGS(flags);
    if (!is_self(function, arguments, count))
        return NULL;
    if (count < 1)
        return guarded[GUARD_MANY](function, arguments, flags, names);
    return ((CallWithNames)(void (*)(void))((PyCFunctionObject *)function)->m_ml->ml_meth)(
        arguments[0], arguments + 1, count - 1, names);
}

/* A function that Cython calls with a tuple and a dictionary has no such entry of its own. */
static PyObject *guard_tuple(PyObject *function, PyObject *const *arguments, size_t flags, PyObject *names)
{
    Py_ssize_t count = PyVectorcall_NARGS(flags), k;
    if (!is_self(function, arguments, count))
        return NULL;
    if (count < 1)
        return PyErr_Format(PyExc_TypeError, "unbound method %s() needs an argument",
                            ((PyCFunctionObject *)function)->m_ml->ml_name);
    PyObject *tuple = PyTuple_New(count - 1), *named = NULL, *result = NULL;
    if (tuple == NULL)
        return NULL;
    for (k = 1; k < count; k++) {
        Py_INCREF(arguments[k]);
        PyTuple_SET_ITEM(tuple, k - 1, arguments[k]);
    }
    if (names != NULL && (named = PyDict_New()) != NULL)
        for (k = 0; k < PyTuple_GET_SIZE(names); k++)
            if (PyDict_SetItem(named, PyTuple_GET_ITEM(names, k), arguments[count + k]) < 0)
                Py_CLEAR(named);
    if (names == NULL || named != NULL)
        result = ((PyCFunctionWithKeywords)(void (*)(void))((PyCFunctionObject *)function)->m_ml->ml_meth)(
            arguments[0], tuple, named);
    Py_DECREF(tuple);
    Py_XDECREF(named);
    return result;
}

/* Let the methods of this class look at their self. */
static int guard_methods(PyObject *kind)
{
    PyTypeObject *type = (PyTypeObject *)kind;
    PyObject *name, *found;
    Py_ssize_t position = 0;
    while (PyDict_Next(type->tp_dict, &position, &name, &found)) {
        if (strcmp(Py_TYPE(found)->tp_name, "cython_function_or_method") != 0 &&
            strstr(Py_TYPE(found)->tp_name, ".cython_function_or_method") == NULL)
            continue;
        PyCFunctionObject *function = (PyCFunctionObject *)found;
        PyCMethodObject *method = (PyCMethodObject *)found;
        vectorcallfunc entry = function->vectorcall;
        if (method->mm_class != NULL && method->mm_class != type) {
            PyErr_Format(PyExc_SystemError, "micrograd: %s is a method of another class", function->m_ml->ml_name);
            return -1;
        }
        int flags = function->m_ml->ml_flags & (METH_VARARGS | METH_FASTCALL | METH_NOARGS | METH_O | METH_KEYWORDS);
        int which = flags == METH_NOARGS ? GUARD_NOTHING : flags == METH_O ? GUARD_ONE : GUARD_MANY;
        if (entry == NULL && flags == (METH_VARARGS | METH_KEYWORDS)) {
            function->vectorcall = guard_tuple;
        } else if (entry != NULL && (guarded[which] == NULL || guarded[which] == entry)) {
            guarded[which] = entry;
            function->vectorcall =
                which == GUARD_NOTHING ? guard_nothing : which == GUARD_ONE ? guard_one : guard_many;
        } else {
            PyErr_Format(PyExc_SystemError, "micrograd: _guard.h does not know how %s is called",
                         function->m_ml->ml_name);
            return -1;
        }
        if (method->mm_class == NULL) {
            Py_INCREF(type);
            method->mm_class = type;
        }
    }
    return 0;
}
#endif

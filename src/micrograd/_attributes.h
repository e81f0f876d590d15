/* The instance's dictionary of a node, and weak references to it.
 *
 * Cython would give every node a dictionary from the start. Nearly none needs one, so here it is made for the
 * first attribute that a user adds; the slot is empty until then.
 */
#ifndef MICROGRAD_ATTRIBUTES_H
#define MICROGRAD_ATTRIBUTES_H
#include <Python.h>
#include <stddef.h>
#include <string.h>

/* The fields of a Node, in the order of _node.pxd. */
typedef struct Node {
    PyObject_HEAD
    void *methods;
    double data;
    union {
        double grad;
        struct Node *next; /* of those that wait to be freed */
    };
    PyObject *first, *second;
    double by_first, by_second;
    PyObject *attributes, *references;
    int pending;
    unsigned short row;
    unsigned char kind, marks;
} Node;

/* WHOLE_DATA, WHOLE_GRAD, TRACKED and CUSTOM of _kinds.py, and _LARGEST_WHOLE of _node.py; a test compares them. */
#define NODE_HAS_WHOLE_DATA 1
#define NODE_HAS_WHOLE_GRAD 2
#define NODE_IS_TRACKED 32
#define NODE_IS_CUSTOM 3 /* the kind */
#define LARGEST_WHOLE 9007199254740992.0

static destructor dealloc_of_cython;
static traverseproc traverse_of_cython;

/* What nodes without attributes of their own have for a dictionary. Python 3.11 looks methods up the fast way only in
 * objects that have no room for a dictionary, or that have one; so there, these nodes share one that stays empty. It is
 * never handed out, and nobody writes into it: whoever is about to write asks for a dictionary of the node's own. */
#define SHARES_NOTHING (PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x030C0000)
static PyObject *nothing;

/* Take the dictionary that is shared: of the first module that needs it, it is made. */
static inline int share_nothing(PyObject **shared)
{
    if (SHARES_NOTHING && *shared == NULL && (*shared = PyDict_New()) == NULL)
        return -1;
    nothing = *shared;
    return 0;
}

static inline int has_attributes(PyObject *node)
{
    PyObject *own = ((Node *)node)->attributes;
    return own != NULL && own != nothing && PyDict_GET_SIZE(own) != 0;
}

/* Before Python writes into the node's dictionary, which it makes where there is none. */
static inline void stop_sharing(PyObject *node)
{
    if (((Node *)node)->attributes == nothing)
        ((Node *)node)->attributes = NULL;
}

/* The attribute of this name among the instance's own, or None. */
static inline PyObject *attribute(PyObject *node, PyObject *name)
{
    PyObject *found = NULL;
    if (has_attributes(node)) {
        found = PyDict_GetItemWithError(((Node *)node)->attributes, name);
        if (found == NULL && PyErr_Occurred())
            return NULL;
    }
    if (found == NULL)
        found = Py_None;
    Py_INCREF(found);
    return found;
}

static inline int set_attribute(PyObject *node, PyObject *name, PyObject *value)
{
    PyObject **own = &((Node *)node)->attributes;
    stop_sharing(node);
    if (*own == NULL && (*own = PyDict_New()) == NULL)
        return -1;
    return PyDict_SetItem(*own, name, value);
}

#define QUICK 3 /* the properties that the class `set_quickly` was given is asked for so often that they are not searched */

/* Setting data and grad, which every step of training does to every parameter: where that class has the properties that
 * it had, they are called without a search for them. */
static struct {
    PyTypeObject *type;
    unsigned int version; /* of the class, when its properties were last seen to be those below; 0 if they are not */
    unsigned int seen;
    PyObject *names[QUICK];
    PyGetSetDef *properties[QUICK];
} quick;

static inline int find_quick(PyTypeObject *type)
{
    quick.seen = type->tp_version_tag;
    quick.version = 0;
    for (int k = 0; k < QUICK; k++) {
        PyObject *found = PyDict_GetItemWithError(type->tp_dict, quick.names[k]);
        if (found == NULL || Py_TYPE(found) != &PyGetSetDescr_Type ||
            ((PyGetSetDescrObject *)found)->d_getset != quick.properties[k])
            return PyErr_Occurred() ? -1 : 0;
    }
    quick.version = quick.seen;
    return 0;
}

static inline int set_quickly(PyObject *kind)
{
    static const char *const names[QUICK] = {"data", "grad", "_operands"};
    for (int k = 0; k < QUICK; k++) {
        quick.names[k] = PyUnicode_InternFromString(names[k]);
        PyObject *found = quick.names[k] ? PyDict_GetItemWithError(((PyTypeObject *)kind)->tp_dict, quick.names[k]) : NULL;
        if (found == NULL || Py_TYPE(found) != &PyGetSetDescr_Type) {
            if (!PyErr_Occurred())
                PyErr_Format(PyExc_SystemError, "micrograd: %s is no property of a node", names[k]);
            return -1;
        }
        quick.properties[k] = ((PyGetSetDescrObject *)found)->d_getset;
    }
    quick.type = (PyTypeObject *)kind;
    return 0;
}

/* Whether an object is of that class, no subclass, and the class has the properties that it had. */
static inline int is_quick(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    if (type != quick.type || type->tp_version_tag == 0)
        return 0;
    if (type->tp_version_tag != quick.seen && find_quick(type) < 0)
        return -1;
    return type->tp_version_tag == quick.version;
}

/* Python's way of setting an attribute. */
static inline int set_any_attribute(PyObject *object, PyObject *name, PyObject *value)
{
    Node *node = (Node *)object;
    PyTypeObject *type = Py_TYPE(object);
    if (name == quick.names[0] || name == quick.names[1]) {
        int quickly = is_quick(object);
        if (quickly)
            return quickly < 0 ? -1 : quick.properties[name != quick.names[0]]->set(object, value, NULL);
    }
    if (nothing == NULL || node->attributes != nothing)
        return PyObject_GenericSetAttr(object, name, value);
    node->attributes = NULL;
    int outcome = PyObject_GenericSetAttr(object, name, value);
    if (node->attributes == NULL && Py_TYPE(object) == type)
        node->attributes = nothing; /* of another class, it may have no setting of attributes that knows of this */
    return outcome;
}

/* Give weak references and the dictionary up, before a node goes. */
static inline void drop_attributes(PyObject *object)
{
    Node *node = (Node *)object;
    if (node->references != NULL)
        PyObject_ClearWeakRefs(object);
    stop_sharing(object);
    Py_CLEAR(node->attributes);
}

static void end_of_node(PyObject *object)
{
    if (PyType_IS_GC(Py_TYPE(object)) && PyObject_GC_IsTracked(object))
        PyObject_GC_UnTrack(object);
    drop_attributes(object);
    dealloc_of_cython(object);
}

static int traverse_node(PyObject *object, visitproc visit, void *arg)
{
    if (has_attributes(object))
        Py_VISIT(((Node *)object)->attributes);
    return traverse_of_cython(object, visit, arg);
}

static PyObject *remembers; /* _cycles.remember: what is attached to a node that others may use already */

/* Whoever asks for the dictionary may put the node itself into it, or one that uses it. */
static PyObject *dictionary_of(PyObject *object, void *unused)
{
    Node *node = (Node *)object;
    if (!(node->marks & NODE_IS_TRACKED)) {
        PyObject *remembered = PyObject_CallOneArg(remembers, object);
        if (remembered == NULL)
            return NULL;
        Py_DECREF(remembered);
        node->marks |= NODE_IS_TRACKED;
        if (!PyObject_GC_IsTracked(object))
            PyObject_GC_Track(object);
    }
    stop_sharing(object);
    return PyObject_GenericGetDict(object, unused);
}

static int replace_dictionary(PyObject *object, PyObject *value, void *unused)
{
    stop_sharing(object);
    return PyObject_GenericSetDict(object, value, unused);
}

static PyGetSetDef dictionary = {"__dict__", dictionary_of, replace_dictionary, NULL, NULL};

/* Let the objects of this class, and of those derived from it later, have a dictionary and weak references. */
static inline int give_attributes(PyObject *kind, Py_ssize_t size, PyObject *remember)
{
    PyTypeObject *type = (PyTypeObject *)kind;
    Py_INCREF(remember);
    remembers = remember;
    if (size != (Py_ssize_t)sizeof(Node) || type->tp_basicsize != size) {
        PyErr_SetString(PyExc_SystemError, "micrograd: _attributes.h and _node.pxd disagree on what a Node is");
        return -1;
    }
    PyObject *access = PyDescr_NewGetSet(type, &dictionary);
    if (access == NULL || PyDict_SetItemString(type->tp_dict, "__dict__", access) < 0) {
        Py_XDECREF(access);
        return -1;
    }
    Py_DECREF(access);
    /* A Node is no node yet: nobody is to make one, or a Value by what is not Value's own. */
    if (PyDict_DelItemString(type->tp_dict, "__new__") < 0)
        PyErr_Clear();
    type->tp_dictoffset = offsetof(Node, attributes);
    type->tp_weaklistoffset = offsetof(Node, references);
    dealloc_of_cython = type->tp_dealloc;
    type->tp_dealloc = end_of_node;
    traverse_of_cython = type->tp_traverse;
    type->tp_traverse = traverse_node;
    PyType_Modified(type);
    return 0;
}

static const int *listeners_to_comparisons;
static PyObject *told_of_comparisons;

/* A node is equal to itself only. A comparison with a number is a look at it, of which somebody may want to hear. */
static PyObject *compare_node(PyObject *node, PyObject *other, int how)
{
    if (*listeners_to_comparisons && (how == Py_EQ || how == Py_NE) && Py_TYPE(node) != Py_TYPE(other)) {
        PyObject *nothing = PyObject_CallFunctionObjArgs(told_of_comparisons, node, other, NULL);
        if (nothing == NULL)
            return NULL;
        Py_DECREF(nothing);
    }
    return PyBaseObject_Type.tp_richcompare(node, other, how);
}

/* Tell `told` of comparisons of this class's objects, and of those derived from it later, while anybody listens. */
static inline int hear_comparisons(PyObject *kind, const int *listeners, PyObject *told)
{
    listeners_to_comparisons = listeners;
    Py_INCREF(told);
    told_of_comparisons = told;
    ((PyTypeObject *)kind)->tp_richcompare = compare_node;
    PyType_Modified((PyTypeObject *)kind);
    return 0;
}

/* The version of a class; each change of an attribute gives it another. Python counts them only of classes in which
 * something was looked up since the last change, so it is asked to; 0 where it does not, having counted too far. */
static inline unsigned int class_version(PyObject *kind)
{
    PyTypeObject *type = (PyTypeObject *)kind;
    if (type->tp_version_tag == 0) {
#if PY_VERSION_HEX >= 0x030C0000
        PyUnstable_Type_AssignVersionTag(type);
#else
        static PyObject *any_name;
        if (any_name == NULL && (any_name = PyUnicode_InternFromString("__class__")) == NULL)
            PyErr_Clear();
        else
            _PyType_Lookup(type, any_name);
#endif
    }
    return type->tp_version_tag;
}

/* Let a class be as those that were written in Python are: its attributes can be assigned to, and Python's messages call
 * it by its name alone. */
static inline int can_be_changed(PyObject *kind)
{
    PyTypeObject *type = (PyTypeObject *)kind;
    const char *dot = strrchr(type->tp_name, '.');
    if (dot != NULL && (type->tp_flags & Py_TPFLAGS_HEAPTYPE)) /* whose module is an attribute, not a part of the name */
        type->tp_name = dot + 1;
#ifdef Py_TPFLAGS_IMMUTABLETYPE
    type->tp_flags &= ~Py_TPFLAGS_IMMUTABLETYPE;
    PyType_Modified(type);
#endif
    return 0;
}
#endif

/* Making and freeing the nodes of a graph, which happens by the million.
 *
 * Cython's own code for it serves every kind of object: it hands each new one to the garbage collector, and
 * frees the last user of a chain by a call inside a call for each of its nodes. A node made by an operation is
 * no part of a cycle (engine.py tracks those that may be), so the collector need not know it; and a chain of
 * nodes is freed here in a loop, however long it is, whether of Values or of the fused kinds among them.
 */
#ifndef MICROGRAD_NODES_H
#define MICROGRAD_NODES_H
#include "_attributes.h"
#include <math.h>

/* How many freed nodes are kept to be used again. Without any (-DSPARE_NODES=0), memory checkers see each node's end. */
#ifndef SPARE_NODES
#define SPARE_NODES 8192
#endif
#define OTHER_KINDS 4

static struct {
    PyTypeObject *type;
    destructor dealloc; /* Cython's, which subclasses go on using */
    newfunc make;       /* likewise, whatever __new__ the user puts in its place */
    PyObject *own_new;  /* what Python shows of it */
    PyObject *no_arguments, *label;
    PyObject *look; /* engine.py's, at what was changed of the class */
    unsigned int unchanged; /* the version of the class that is as engine.py wrote it; 0 where it is not */
    unsigned int seen;      /* the version that was last looked at, and is not */
    int makes_itself;       /* what was seen: whether nodes need no __init__ of the user's ... */
    int all_as_written;     /* ... and whether no operation was replaced */
    Node *latest; /* that Python asked for, while it has no __init__ behind it; an address only */
    Node *waiting;
    int at_work;
    int count;
    Node *spare[SPARE_NODES + 1]; /* at least one, because C has no array of nothing */
    struct {
        PyTypeObject *type;
        destructor dealloc; /* Cython's */
    } others[OTHER_KINDS];
} nodes;

/* What Cython made to free objects of this class, if it is one of the other kinds; else NULL. */
static destructor other_kind(PyTypeObject *type)
{
    for (int k = 0; k < OTHER_KINDS; k++)
        if (nodes.others[k].type == type)
            return nodes.others[k].dealloc;
    return NULL;
}

/* Nearly no node is tracked, and this is where each of them ends: worth not calling Python to ask. */
static inline void untrack(PyObject *object)
{
#if PY_VERSION_HEX < 0x030E0000 && !defined(Py_GIL_DISABLED) && !defined(PYPY_VERSION)
    if (((uintptr_t *)object)[-2] == 0) /* the collector's link to the next object */
        return;
#endif
    PyObject_GC_UnTrack(object);
}

static void free_in_turn(PyObject *object)
{
    Node *node = (Node *)object;
    untrack(object);
    node->next = nodes.waiting;
    nodes.waiting = node;
    if (nodes.at_work)
        return; /* the loop below is at work on a node that used this one, and comes to it next */
    nodes.at_work = 1;
    while ((node = nodes.waiting)) {
        nodes.waiting = node->next;
        if (Py_TYPE(node) != nodes.type) {
            other_kind(Py_TYPE(node))((PyObject *)node);
            continue;
        }
        if (node->attributes != nothing || node->references != NULL) {
            drop_attributes((PyObject *)node);
            node->attributes = nothing;
        }
        Py_XDECREF(node->first);
        Py_XDECREF(node->second);
        if (nodes.count < SPARE_NODES)
            nodes.spare[nodes.count++] = node;
        else {
            nodes.type->tp_free((PyObject *)node);
            Py_DECREF(nodes.type); /* that each object holds; the spare ones go on doing so */
        }
    }
    nodes.at_work = 0;
}

static void free_node(PyObject *object)
{
    if (Py_TYPE(object) == nodes.type)
        free_in_turn(object);
    else
        nodes.dealloc(object); /* the last step of Cython's for a subclass, or of Python's for one of the user's */
}

static void free_other(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    if (other_kind(type)) {
        free_in_turn(object);
        return;
    }
    while (!other_kind(type)) /* a subclass of the user's */
        type = type->tp_base;
    other_kind(type)(object);
}

/* Let objects of this class, which extends a Value, be freed in the same loop. */
static int take_over_other(PyObject *kind)
{
    PyTypeObject *type = (PyTypeObject *)kind;
    for (int k = 0; k < OTHER_KINDS; k++)
        if (nodes.others[k].type == NULL) {
            nodes.others[k].type = type;
            nodes.others[k].dealloc = type->tp_dealloc;
            type->tp_dealloc = free_other;
            return 0;
        }
    PyErr_SetString(PyExc_SystemError, "micrograd: _nodes.h has no room for another kind of node");
    return -1;
}

/* A new object of this class, which Python asks for. */
static PyObject *make_node(PyTypeObject *type, PyObject *arguments, PyObject *named)
{
    PyObject *node = nodes.make(type, arguments, named);
    if (node != NULL) {
        ((Node *)node)->marks = NODE_HAS_WHOLE_GRAD;
        nodes.latest = (Node *)node;
        if (type == nodes.type)
            ((Node *)node)->attributes = nothing;
    }
    return node;
}

/* Whether a node's __init__ is its first; asked once. */
static inline int is_new(PyObject *node)
{
    int latest = nodes.latest == (Node *)node;
    nodes.latest = NULL;
    return latest;
}

/* Break a cycle for the garbage collector. Most go through a dictionary or a function, which it breaks; one of nodes alone
 * goes through a node that was given operands after it had been made, and which can do without. */
static int clear_node(PyObject *object)
{
    Node *node = (Node *)object;
    if (node->kind == NODE_IS_CUSTOM) {
        PyObject *first = node->first, *second = node->second;
        Py_INCREF(Py_None);
        Py_INCREF(Py_None);
        node->first = node->second = Py_None;
        Py_XDECREF(first);
        Py_XDECREF(second);
    }
    return 0;
}

/* Python checks that an object is of a property's class; where that is this very class, the check is short. */
static int own_properties(PyObject *kind)
{
    PyTypeObject *type = (PyTypeObject *)kind;
    for (PyGetSetDef *property = type->tp_base->tp_getset; property != NULL && property->name != NULL; property++) {
        if (strcmp(property->name, "__dict__") == 0)
            continue;
        PyObject *access = PyDescr_NewGetSet(type, property);
        if (access == NULL || PyDict_SetItemString(type->tp_dict, property->name, access) < 0) {
            Py_XDECREF(access);
            return -1;
        }
        Py_DECREF(access);
    }
    PyType_Modified(type);
    return 0;
}

/* Let the nodes of this class, exactly, be made and freed here. */
static int take_over(PyObject *kind, Py_ssize_t size, PyObject *look)
{
    PyTypeObject *type = (PyTypeObject *)kind;
    if (size != (Py_ssize_t)sizeof(Node) || type->tp_basicsize != size) {
        PyErr_SetString(PyExc_SystemError, "micrograd: _nodes.h and engine.pxd disagree on what a Value is");
        return -1;
    }
    nodes.no_arguments = PyTuple_New(0);
    nodes.label = PyUnicode_InternFromString("label");
    if (nodes.no_arguments == NULL || nodes.label == NULL)
        return -1;
    Py_INCREF(look);
    nodes.look = look;
    nodes.type = type;
    nodes.make = type->tp_new;
    type->tp_new = make_node;
    nodes.own_new = PyDict_GetItemString(type->tp_dict, "__new__");
    Py_XINCREF(nodes.own_new);
    nodes.dealloc = type->tp_dealloc;
    type->tp_dealloc = free_node;
    type->tp_clear = clear_node;
    return 0;
}

/* A node whose fields are still to be filled, which the garbage collector does not know. */
static inline Node *bare_node(void)
{
    Node *node;
    if (nodes.count) {
        node = nodes.spare[--nodes.count];
#if defined(Py_REF_DEBUG) || defined(Py_TRACE_REFS)
        PyObject_Init((PyObject *)node, nodes.type);
#else
        Py_SET_REFCNT((PyObject *)node, 1);
#endif
        return node;
    }
    node = (Node *)make_node(nodes.type, nodes.no_arguments, NULL);
    if (node == NULL)
        return NULL;
    nodes.latest = NULL;
    PyObject_GC_UnTrack(node);
    Py_DECREF(node->first);
    Py_DECREF(node->second);
    return node;
}

/* A node with one operand so far, which the garbage collector knows if it knows the operand. */
static inline PyObject *new_node(int kind, double data, PyObject *first, double by_first)
{
    Node *node = bare_node();
    if (node == NULL)
        return NULL;
    Py_INCREF(first);
    Py_INCREF(Py_None);
    node->data = data;
    node->first = first;
    node->second = Py_None;
    node->by_first = by_first;
    node->grad = node->by_second = 0.0;
    node->pending = 0;
    node->kind = (unsigned char)kind;
    node->marks = NODE_HAS_WHOLE_GRAD;
    if (((Node *)first)->marks & NODE_IS_TRACKED) {
        node->marks |= NODE_IS_TRACKED;
        PyObject_GC_Track(node);
    }
    return (PyObject *)node;
}

/* Let a node be known to the garbage collector, if one of its operands is. */
static inline void track_like(PyObject *object, PyObject *operand)
{
    Node *node = (Node *)object;
    if ((((Node *)operand)->marks & NODE_IS_TRACKED) && !(node->marks & NODE_IS_TRACKED)) {
        node->marks |= NODE_IS_TRACKED;
        if (!PyObject_GC_IsTracked(object))
            PyObject_GC_Track(object);
    }
}

/* _keep_whole of _node.py, where every node that is made passes. */
static inline void keep_whole(PyObject *object, int whole)
{
    Node *node = (Node *)object;
    if ((whole & NODE_HAS_WHOLE_DATA) && fabs(node->data) <= LARGEST_WHOLE) {
        node->marks |= NODE_HAS_WHOLE_DATA;
        node->data += 0.0; /* no int is -0.0 */
    }
}

/* Find out what was changed of the class, once for each version of it. */
static int look_at_class(void)
{
    /* Where the user's __new__ is gone, Python goes on looking for one: given back ours, it would call itself for ever. */
    PyObject *found = PyDict_GetItemString(nodes.type->tp_dict, "__new__");
    if (found == NULL && nodes.own_new != NULL) {
        if (PyDict_SetItemString(nodes.type->tp_dict, "__new__", nodes.own_new) < 0)
            return -1;
        PyType_Modified(nodes.type);
        found = nodes.own_new;
    }
    if (found == nodes.own_new)
        nodes.type->tp_new = make_node;
    unsigned int version = class_version((PyObject *)nodes.type); /* first: the look may let other threads run */
    PyObject *seen = PyObject_CallNoArgs(nodes.look);
    if (seen == NULL)
        return -1;
    long changed = PyLong_AsLong(seen);
    Py_DECREF(seen);
    if (changed < 0)
        return -1;
    nodes.makes_itself = !(changed & 1);
    nodes.all_as_written = !changed;
    /* Given back to Python's own __setattr__, it still has to know of the dictionary that is shared. */
    if (nodes.type->tp_setattro == PyObject_GenericSetAttr)
        nodes.type->tp_setattro = nodes.type->tp_base->tp_setattro;
    if (nothing != NULL && PyDict_GET_SIZE(nothing) != 0)
        PyDict_Clear(nothing); /* written by it meanwhile, as all nodes' */
    nodes.seen = version;
    nodes.unchanged = changed ? 0 : nodes.seen;
    return 0;
}

static inline int is_unchanged(void)
{
    unsigned int version = nodes.type->tp_version_tag;
    return version != 0 && version == nodes.unchanged;
}

/* Whether nodes need no __init__ of the user's. */
static inline int makes_nodes_itself(void)
{
    if (is_unchanged())
        return 1;
    if (nodes.type->tp_version_tag == 0 || nodes.type->tp_version_tag != nodes.seen)
        if (look_at_class() < 0)
            return -1;
    return nodes.makes_itself;
}

/* A leaf whose fields are filled; the garbage collector need not know it. */
static Node *new_leaf(double data, int marks)
{
    Node *node = bare_node();
    if (node == NULL)
        return NULL;
    Py_INCREF(Py_None);
    Py_INCREF(Py_None);
    node->first = node->second = Py_None;
    node->data = data;
    node->grad = node->by_first = node->by_second = 0.0;
    node->pending = node->row = node->kind = 0;
    node->marks = (unsigned char)(NODE_HAS_WHOLE_GRAD | marks);
    return node;
}

/* Whether the call names nothing but a label. */
static inline int only_label(PyObject *names, PyObject *given)
{
    return PyTuple_GET_SIZE(names) == 1 && PyTuple_GET_ITEM(names, 0) == nodes.label && PyUnicode_CheckExact(given);
}

/* Value(1.0), Value(2), Value(1.0, label="x"), which are called by the thousand; all else is Python's usual way. */
static PyObject *call_class(PyObject *kind, PyObject *const *arguments, size_t flags, PyObject *names)
{
    Py_ssize_t count = PyVectorcall_NARGS(flags), k;
    if (!is_unchanged() && makes_nodes_itself() < 0) /* a look, where something was changed */
        return NULL;
    if (count == 1 && kind == (PyObject *)nodes.type && (names == NULL || only_label(names, arguments[1]))) {
        double data = 0.0;
        int marks = -1;
        if (PyFloat_CheckExact(arguments[0])) {
            data = PyFloat_AS_DOUBLE(arguments[0]);
            marks = 0;
        } else if (PyLong_CheckExact(arguments[0])) {
            int too_large;
            long long whole = PyLong_AsLongLongAndOverflow(arguments[0], &too_large);
            if (!too_large && whole <= (long long)LARGEST_WHOLE && whole >= -(long long)LARGEST_WHOLE) {
                data = (double)whole;
                marks = NODE_HAS_WHOLE_DATA;
            }
        }
        int itself = marks < 0 ? 0 : makes_nodes_itself();
        if (itself < 0)
            return NULL;
        if (itself) {
            PyObject *node = (PyObject *)new_leaf(data, marks);
            if (node != NULL && names != NULL && set_attribute(node, nodes.label, arguments[1]) < 0)
                Py_CLEAR(node);
            return node;
        }
    }
    PyObject *tuple = PyTuple_New(count), *named = NULL, *result = NULL;
    if (tuple == NULL)
        return NULL;
    for (k = 0; k < count; k++) {
        Py_INCREF(arguments[k]);
        PyTuple_SET_ITEM(tuple, k, arguments[k]);
    }
    if (names != NULL && (named = PyDict_New()) != NULL)
        for (k = 0; k < PyTuple_GET_SIZE(names) && named != NULL; k++)
            if (PyDict_SetItem(named, PyTuple_GET_ITEM(names, k), arguments[count + k]) < 0)
                Py_CLEAR(named);
    if (names == NULL || named != NULL)
        result = PyType_Type.tp_call(kind, tuple, named);
    Py_DECREF(tuple);
    Py_XDECREF(named);
    return result;
}

/* Whether no operation of the class was replaced. */
static inline int operations_as_written(void)
{
    if (is_unchanged())
        return 1;
    if (nodes.type->tp_version_tag == 0 || nodes.type->tp_version_tag != nodes.seen) {
        if (look_at_class() < 0)
            return -1;
        return nodes.all_as_written;
    }
    return nodes.all_as_written;
}

/* Whether this is a Value, no subclass, and its class is as engine.py wrote it. */
static inline int is_as_written(PyObject *node)
{
    return Py_TYPE(node) == nodes.type ? operations_as_written() : 0;
}

/* Let the class be called the short way. */
static int call_shortly(PyObject *kind)
{
    ((PyTypeObject *)kind)->tp_vectorcall = call_class;
    return 0;
}

#endif

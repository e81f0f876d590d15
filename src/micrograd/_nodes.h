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

/* How many freed nodes are kept to be used again. Without any (-DSPARE_NODES=0), memory checkers see each node's end. */
#ifndef SPARE_NODES
#define SPARE_NODES 8192
#endif
#define OTHER_KINDS 4

static struct {
    PyTypeObject *type;
    destructor dealloc; /* Cython's, which subclasses go on using */
    newfunc make;       /* likewise, whatever __new__ the user puts in its place */
    PyObject *no_arguments;
    PyObject *look; /* engine.py's, at what was changed of the class */
    unsigned int unchanged; /* the version of the class that is as engine.py wrote it; 0 where it is not */
    unsigned int seen;      /* the version that was last looked at, and is not */
    int makes_itself;       /* what was seen: whether nodes need no __init__ of the user's ... */
    int all_as_written;     /* ... and whether no operation was replaced */
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

static void free_in_turn(PyObject *object)
{
    Node *node = (Node *)object;
    PyObject_GC_UnTrack(object);
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
        if (node->attributes != NULL || node->references != NULL)
            drop_attributes((PyObject *)node);
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

/* Let the nodes of this class, exactly, be freed by free_node. */
static int take_over(PyObject *kind, Py_ssize_t size, PyObject *look)
{
    PyTypeObject *type = (PyTypeObject *)kind;
    if (size != (Py_ssize_t)sizeof(Node) || type->tp_basicsize != size) {
        PyErr_SetString(PyExc_SystemError, "micrograd: _nodes.h and engine.pxd disagree on what a Value is");
        return -1;
    }
    nodes.no_arguments = PyTuple_New(0);
    if (nodes.no_arguments == NULL)
        return -1;
    Py_INCREF(look);
    nodes.look = look;
    nodes.type = type;
    nodes.make = type->tp_new;
    nodes.dealloc = type->tp_dealloc;
    type->tp_dealloc = free_node;
    return 0;
}

/* A node with nothing in it but its first operand, which the garbage collector does not know. */
static inline PyObject *new_node(PyObject *first)
{
    Node *node;
    if (nodes.count) {
        node = nodes.spare[--nodes.count];
#if defined(Py_REF_DEBUG) || defined(Py_TRACE_REFS)
        PyObject_Init((PyObject *)node, nodes.type);
#else
        Py_SET_REFCNT((PyObject *)node, 1);
#endif
    } else {
        node = (Node *)nodes.make(nodes.type, nodes.no_arguments, NULL);
        if (node == NULL)
            return NULL;
        PyObject_GC_UnTrack(node);
        Py_DECREF(node->first);
        Py_DECREF(node->second);
    }
    Py_INCREF(first);
    Py_INCREF(Py_None);
    node->first = first;
    node->second = Py_None;
    node->grad = node->by_second = 0.0;
    node->pending = 0;
    return (PyObject *)node;
}

/* Python counts the versions of a class: each change of an attribute gives it another, or none (0) for a while. */
static int look_at_class(void)
{
    PyObject *seen = PyObject_CallNoArgs(nodes.look);
    if (seen == NULL)
        return -1;
    long changed = PyLong_AsLong(seen);
    Py_DECREF(seen);
    if (changed < 0)
        return -1;
    nodes.makes_itself = !(changed & 1);
    nodes.all_as_written = !changed;
    nodes.seen = nodes.type->tp_version_tag;
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

#endif

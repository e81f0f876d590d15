/* Making and freeing the nodes of whole layers, and looking whether a layer is as it was: once for each sample.
 *
 * A freed layer is used again, as freed nodes are (see _nodes.h). Whether its neurons still have the weights that were
 * read has to be asked at every call, because lists tell nobody that they were changed: here it is comparing addresses.
 */
#ifndef MICROGRAD_LAYERS_H
#define MICROGRAD_LAYERS_H
#include "_attributes.h"
#include <string.h>

#ifndef SPARE_NODES
#define SPARE_NODES 8192
#endif
#define SPARE_LAYERS (SPARE_NODES / 8)

/* The fields of a FusedLayer, in the order of fused.pxd. */
typedef struct {
    Node node;
    PyObject *matrix, *source, *inputs;
    double *numbers, *state;
    int activation, by_hand, only_values, squares;
} LayerNode;

/* The fields of a Neuron, in the order of nn.pxd. */
typedef struct {
    PyObject_HEAD
    PyObject *references, *attributes, *weights, *bias;
    struct {
        int nonlin, code;
    } activation;
    PyObject *matrix;
} NeuronFields;

static struct {
    PyTypeObject *type;
    PyObject *no_arguments;
    int count;
    LayerNode *spare[SPARE_LAYERS + 1];
} layers;

/* The last step of freeing a layer, which the garbage collector does not know any more. */
static void free_layer(PyObject *object)
{
    LayerNode *layer = (LayerNode *)object;
    if (layer->node.attributes != NULL || layer->node.references != NULL)
        drop_attributes(object);
    PyMem_Free(layer->state);
    Py_XDECREF(layer->node.first);
    Py_XDECREF(layer->node.second);
    Py_XDECREF(layer->matrix);
    Py_XDECREF(layer->source);
    Py_XDECREF(layer->inputs);
    if (layers.count < SPARE_LAYERS)
        layers.spare[layers.count++] = layer;
    else {
        PyTypeObject *type = Py_TYPE(object);
        type->tp_free(object);
        Py_DECREF(type);
    }
}

/* Let the objects of this class be made and freed here. */
static inline int take_over_layers(PyObject *kind, Py_ssize_t size)
{
    PyTypeObject *type = (PyTypeObject *)kind;
    if (size != (Py_ssize_t)sizeof(LayerNode) || type->tp_basicsize != size) {
        PyErr_SetString(PyExc_SystemError, "micrograd: _layers.h and fused.pxd disagree on what a FusedLayer is");
        return -1;
    }
    layers.no_arguments = PyTuple_New(0);
    if (layers.no_arguments == NULL)
        return -1;
    layers.type = type;
    type->tp_dealloc = free_layer;
    return 0;
}

/* A layer of `height` neurons with `width` inputs each, whose numbers are all 0 still. */
static inline PyObject *new_layer(PyObject *matrix, Py_ssize_t height, Py_ssize_t width, int activation, int kind)
{
    size_t size = (size_t)(3 * height + width) * sizeof(double);
    LayerNode *layer;
    double *state = PyMem_Malloc(size);
    if (state == NULL)
        return PyErr_NoMemory();
    memset(state, 0, size);
    if (layers.count) {
        layer = layers.spare[--layers.count];
#if defined(Py_REF_DEBUG) || defined(Py_TRACE_REFS)
        PyObject_Init((PyObject *)layer, layers.type);
#else
        Py_SET_REFCNT((PyObject *)layer, 1);
#endif
    } else {
        layer = (LayerNode *)layers.type->tp_new(layers.type, layers.no_arguments, NULL);
        if (layer == NULL) {
            PyMem_Free(state);
            return NULL;
        }
        PyObject_GC_UnTrack(layer);
        Py_DECREF(layer->node.first);
        Py_DECREF(layer->node.second);
        Py_DECREF(layer->matrix);
        Py_DECREF(layer->source);
        Py_DECREF(layer->inputs);
    }
    Py_INCREF(matrix);
    Py_INCREF(Py_None);
    Py_INCREF(Py_None);
    Py_INCREF(Py_None);
    Py_INCREF(Py_None);
    layer->node.data = layer->node.grad = layer->node.by_first = layer->node.by_second = 0.0;
    layer->node.first = layer->node.second = layer->source = layer->inputs = Py_None;
    layer->node.pending = layer->node.row = 0;
    layer->node.kind = (unsigned char)kind;
    layer->node.marks = NODE_HAS_WHOLE_GRAD;
    layer->matrix = matrix;
    layer->state = state;
    layer->numbers = state + 3 * height;
    layer->activation = activation;
    layer->by_hand = layer->only_values = layer->squares = 0;
    return (PyObject *)layer;
}

/* Whether these are `height` neurons in a list, with lists of `width` weights and with biases whose addresses are
 * those `known`, neuron by neuron, and all with the same activation. False where it takes more to find out. */
static inline int same_neurons(PyObject *neurons, PyObject *kind, PyObject **known, Py_ssize_t height,
                               Py_ssize_t width, int activation)
{
    if (!PyList_CheckExact(neurons) || PyList_GET_SIZE(neurons) != height || height == 0)
        return 0;
    for (Py_ssize_t j = 0; j < height; j++, known += width + 1) {
        NeuronFields *neuron = (NeuronFields *)PyList_GET_ITEM(neurons, j);
        if ((PyObject *)Py_TYPE(neuron) != kind || !PyList_CheckExact(neuron->weights) ||
            PyList_GET_SIZE(neuron->weights) != width || neuron->bias != known[width] ||
            (neuron->activation.nonlin ? neuron->activation.code : 0) != activation)
            return 0;
        PyObject **weights = ((PyListObject *)neuron->weights)->ob_item;
        for (Py_ssize_t i = 0; i < width; i++)
            if (weights[i] != known[i])
                return 0;
    }
    return 1;
}

/* Whether a neuron has attributes that its class does not give it. */
static inline int has_own_attributes(PyObject *neuron)
{
    PyObject *own = ((NeuronFields *)neuron)->attributes;
    return own != NULL && PyDict_Check(own) && PyDict_GET_SIZE(own) != 0;
}

/* Whether these functions know where a neuron has what. */
static inline int know_neurons(Py_ssize_t size)
{
    if (size == (Py_ssize_t)sizeof(NeuronFields))
        return 0;
    PyErr_SetString(PyExc_SystemError, "micrograd: _layers.h and nn.pxd disagree on what a Neuron is");
    return -1;
}
#endif

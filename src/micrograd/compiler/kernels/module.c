/* The Python module: buffers in, buffers out, and the training loop. Only kernel_machine.py calls it. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "machine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SGD, ADAM };
enum { RUNNING, LOSS_NOT_FINITE, WEIGHTS_NOT_FINITE, NO_PROGRESS };

typedef struct {
    PyObject_HEAD
    Machine machine;
    void *memory[7];
} MachineObject;

static const InstructionSet *const instruction_sets[] = {
#ifdef MICROGRAD_HAS_AVX
    &micrograd_avx512, &micrograd_avx2,
#endif
    &micrograd_baseline};
#define INSTRUCTION_SETS ((int)(sizeof instruction_sets / sizeof instruction_sets[0]))

static int runs_here(const InstructionSet *set) {
#ifdef MICROGRAD_HAS_AVX
    __builtin_cpu_init();
    if (set == &micrograd_avx512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("fma");
    if (set == &micrograd_avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return set == &micrograd_baseline;
}

static const InstructionSet *find_set(const char *name) {
    for (int i = 0; i < INSTRUCTION_SETS; i++)
        if (runs_here(instruction_sets[i]) && (name == NULL || strcmp(name, instruction_sets[i]->name) == 0))
            return instruction_sets[i];
    PyErr_Format(PyExc_ValueError, "this processor has no instruction set named %s", name);
    return NULL;
}

/* A copy of a buffer's bytes, at least one long so that it is never NULL. */
static void *copy_of(const Py_buffer *buffer) {
    void *memory = malloc((size_t)buffer->len + 1);
    if (memory != NULL) memcpy(memory, buffer->buf, (size_t)buffer->len);
    return memory;
}

static PyObject *machine_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    const char *name;
    Py_buffer b[6];
    long long parameters, features, targets, rows, lanes, seed;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "zLLLLLLy*y*y*y*y*y*", &name, &parameters, &features, &targets, &rows, &lanes, &seed,
                          &b[0], &b[1], &b[2], &b[3], &b[4], &b[5]))
        return NULL;
    MachineObject *self = NULL;
    const InstructionSet *set = find_set(name);
    if (set != NULL) self = (MachineObject *)type->tp_alloc(type, 0);
    if (self != NULL) {
        Machine *m = &self->machine;
        int complete = 1;
        for (int i = 0; i < 6; i++) complete &= (self->memory[i] = copy_of(&b[i])) != NULL;
        int64_t words = (int64_t)(b[3].len / sizeof(int64_t));
        int64_t *starts = self->memory[6] = malloc((size_t)b[3].len + 1);
        if (!complete || starts == NULL) {
            Py_CLEAR(self);
            PyErr_NoMemory();
        } else {
            m->parameters = parameters, m->features = features, m->targets = targets;
            m->rows = rows, m->lanes = lanes, m->seed = seed;
            m->set = set;
            m->result = self->memory[0], m->results = (int64_t)(b[0].len / (2 * sizeof(int64_t)));
            m->initial = self->memory[1], m->slots = (int64_t)(b[1].len / sizeof(double));
            const double *numbers = self->memory[2];
            m->shared = (Instructions){self->memory[3], words, numbers};
            m->forward = (Instructions){self->memory[4], (int64_t)(b[4].len / sizeof(int64_t)), numbers};
            m->backward = (Instructions){self->memory[5], (int64_t)(b[5].len / sizeof(int64_t)), numbers};
            m->shared_starts = starts;
            for (int64_t at = 0; at < words; at += m->shared.code[at + 1]) starts[m->shared_count++] = at;
        }
    }
    for (int i = 0; i < 6; i++) PyBuffer_Release(&b[i]);
    return (PyObject *)self;
}

static void machine_dealloc(PyObject *object) {
    MachineObject *self = (MachineObject *)object;
    PyTypeObject *type = Py_TYPE(object);
    for (int i = 0; i < 7; i++) free(self->memory[i]);
    type->tp_free(object);
    Py_DECREF(type);
}

/* evaluate(parameters, X, out, samples, threads): fill out, shape (samples, results). */
static PyObject *machine_evaluate(PyObject *object, PyObject *args) {
    const Machine *m = &((MachineObject *)object)->machine;
    Py_buffer parameters, X, out;
    long long samples;
    int threads;
    if (!PyArg_ParseTuple(args, "y*y*w*Li", &parameters, &X, &out, &samples, &threads)) return NULL;
    Run run;
    int started;
    Py_BEGIN_ALLOW_THREADS
    started = run_start(&run, m, samples, threads);
    if (started) {
        memcpy(run.slots, parameters.buf, (size_t)parameters.len);
        run.X = X.buf, run.Y = NULL, run.out = out.buf, run.count = samples;
        run_step(&run);
        run_end(&run);
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&parameters);
    PyBuffer_Release(&X);
    PyBuffer_Release(&out);
    if (!started) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

/* gradient(parameters, X, Y, gradient, samples, threads) -> mean loss; fills gradient. */
static PyObject *machine_gradient(PyObject *object, PyObject *args) {
    const Machine *m = &((MachineObject *)object)->machine;
    Py_buffer parameters, X, Y, gradient;
    long long samples;
    int threads;
    if (!PyArg_ParseTuple(args, "y*y*y*w*Li", &parameters, &X, &Y, &gradient, &samples, &threads)) return NULL;
    Run run;
    int started;
    double loss = 0.0;
    Py_BEGIN_ALLOW_THREADS
    started = run_start(&run, m, samples, threads);
    if (started) {
        memcpy(run.slots, parameters.buf, (size_t)parameters.len);
        run.X = X.buf, run.Y = Y.buf, run.count = samples;
        loss = run_step(&run);
        memcpy(gradient.buf, run.gradients, (size_t)gradient.len);
        run_end(&run);
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&parameters);
    PyBuffer_Release(&X);
    PyBuffer_Release(&Y);
    PyBuffer_Release(&gradient);
    if (!started) return PyErr_NoMemory();
    return PyFloat_FromDouble(loss);
}

typedef struct {
    double *weights, *previous, *first, *second;
    int kind, nesterov;
    double momentum, beta1, beta2, epsilon, tolerance, best;
    long long step, patience, since_best;
} Optimizer;

static int update(Optimizer *o, const Machine *m, double *weights, const double *gradient, double rate) {
    o->step++;
    memcpy(o->previous, weights, (size_t)m->parameters * sizeof(double));
    if (o->kind == ADAM) {
        double settings[] = {o->beta1, o->beta2, o->epsilon, 1.0 - pow(o->beta1, (double)o->step),
                             1.0 - pow(o->beta2, (double)o->step)};
        return m->set->adam(weights, gradient, o->first, o->second, settings, rate, m->parameters);
    }
    if (o->momentum != 0.0)
        return m->set->momentum(weights, gradient, o->first, o->momentum, o->nesterov, rate, m->parameters);
    return m->set->descend(weights, gradient, rate, m->parameters);
}

static int train_loop(Run *run, Optimizer *o, int64_t samples, const int64_t *order, const int64_t *starts,
                      const double *rates, int64_t steps, double *losses, int64_t *done) {
    const Machine *m = run->machine;
    /* In a single block the samples and the weights stay where they are from step to step. */
    for (int64_t k = 0; k < steps; k++) {
        run->order = order == NULL ? NULL : order + starts[k];
        run->count = order == NULL ? samples : starts[k + 1] - starts[k];
        run->loaded = order == NULL && k > 0 && samples <= m->lanes;
        double loss = run_step(run);
        *done = k;
        if (!isfinite(loss)) {
            memcpy(run->slots, o->previous, (size_t)m->parameters * sizeof(double));
            return LOSS_NOT_FINITE;
        }
        losses[k] = loss;
        *done = k + 1;
        if (!update(o, m, run->slots, run->gradients, rates[k])) {
            memcpy(run->slots, o->previous, (size_t)m->parameters * sizeof(double));
            return WEIGHTS_NOT_FINITE;
        }
        if (loss < o->best - o->tolerance) {
            o->best = loss;
            o->since_best = 0;
        } else {
            o->since_best++;
        }
        if (o->patience && o->since_best >= o->patience) return NO_PROGRESS;
    }
    return RUNNING;
}

/* train(weights, previous, first, second, kind, nesterov, (momentum, beta1, beta2, epsilon, tolerance, best), step, patience,
   since_best, X, Y, order or None, starts, rates, losses, samples, threads)
   -> (losses written, why it ended, step, best, since_best) */
static PyObject *machine_train(PyObject *object, PyObject *args) {
    const Machine *m = &((MachineObject *)object)->machine;
    Py_buffer b[4], X, Y, starts, rates, losses;
    PyObject *order_object;
    Optimizer o;
    long long samples;
    int threads;
    if (!PyArg_ParseTuple(args, "w*w*w*w*ii(dddddd)LLLy*y*Oy*y*w*Li", &b[0], &b[1], &b[2], &b[3], &o.kind, &o.nesterov,
                          &o.momentum, &o.beta1, &o.beta2, &o.epsilon, &o.tolerance, &o.best, &o.step, &o.patience, &o.since_best,
                          &X, &Y, &order_object, &starts, &rates, &losses, &samples, &threads))
        return NULL;
    Py_buffer order = {0};
    PyObject *result = NULL;
    if (order_object == Py_None || PyObject_GetBuffer(order_object, &order, PyBUF_SIMPLE) == 0) {
        Run run;
        int started, state = RUNNING;
        int64_t done = 0, steps = (int64_t)(rates.len / sizeof(double)), most = samples;
        const int64_t *start = starts.buf;
        if (order.buf != NULL) {
            most = 1;
            for (int64_t k = 0; k < steps; k++)
                if (start[k + 1] - start[k] > most) most = start[k + 1] - start[k];
        }
        Py_BEGIN_ALLOW_THREADS
        started = run_start(&run, m, most, threads);
        if (started) {
            o.weights = b[0].buf, o.previous = b[1].buf, o.first = b[2].buf, o.second = b[3].buf;
            memcpy(run.slots, o.weights, (size_t)m->parameters * sizeof(double));
            run.X = X.buf, run.Y = Y.buf;
            state = train_loop(&run, &o, samples, order.buf, start, rates.buf, steps, losses.buf, &done);
            memcpy(o.weights, run.slots, (size_t)m->parameters * sizeof(double));
            run_end(&run);
        }
        Py_END_ALLOW_THREADS
        if (order.buf != NULL) PyBuffer_Release(&order);
        result = started ? Py_BuildValue("LiLdL", (long long)done, state, o.step, o.best, o.since_best)
                         : PyErr_NoMemory();
    }
    for (int i = 0; i < 4; i++) PyBuffer_Release(&b[i]);
    PyBuffer_Release(&X);
    PyBuffer_Release(&Y);
    PyBuffer_Release(&starts);
    PyBuffer_Release(&rates);
    PyBuffer_Release(&losses);
    return result;
}

static PyMethodDef machine_methods[] = {
    {"evaluate", machine_evaluate, METH_VARARGS, NULL},
    {"gradient", machine_gradient, METH_VARARGS, NULL},
    {"train", machine_train, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL}};

static PyType_Slot machine_slots[] = {{Py_tp_new, machine_new},
                                      {Py_tp_dealloc, machine_dealloc},
                                      {Py_tp_methods, machine_methods},
                                      {0, NULL}};

static PyType_Spec machine_spec = {"micrograd.compiler._kernels.Machine", sizeof(MachineObject), 0, Py_TPFLAGS_DEFAULT,
                                   machine_slots};

/* peak(rounds, name or None) -> the sum of a loop of rounds * OPERATIONS_A_ROUND multiply-adds, to be timed. */
static PyObject *peak(PyObject *module, PyObject *args) {
    const char *name;
    long long rounds;
    double total;
    (void)module;
    if (!PyArg_ParseTuple(args, "Lz", &rounds, &name)) return NULL;
    const InstructionSet *set = find_set(name);
    if (set == NULL) return NULL;
    Py_BEGIN_ALLOW_THREADS
    total = set->peak(rounds);
    Py_END_ALLOW_THREADS
    return PyFloat_FromDouble(total);
}

static PyObject *instruction_set_names(PyObject *module, PyObject *ignored) {
    (void)module, (void)ignored;
    PyObject *names = PyList_New(0);
    for (int i = 0; names != NULL && i < INSTRUCTION_SETS; i++) {
        if (!runs_here(instruction_sets[i])) continue;
        PyObject *name = PyUnicode_FromString(instruction_sets[i]->name);
        if (name == NULL || PyList_Append(names, name) < 0) Py_CLEAR(names);
        Py_XDECREF(name);
    }
    return names;
}

static PyMethodDef methods[] = {{"peak", peak, METH_VARARGS, NULL},
                                {"instruction_sets", instruction_set_names, METH_NOARGS, NULL},
                                {NULL, NULL, 0, NULL}};

static int module_exec(PyObject *module) {
    PyObject *type = PyType_FromSpec(&machine_spec);
    if (type == NULL) return -1;
    if (PyModule_AddObject(module, "Machine", type) < 0) {
        Py_DECREF(type);
        return -1;
    }
    return PyModule_AddIntConstant(module, "OPERATIONS_A_ROUND", OPERATIONS_A_ROUND);
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static struct PyModuleDef module_definition = {PyModuleDef_HEAD_INIT, "_kernels", NULL, 0, methods, module_slots,
                                               NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernels(void) { return PyModuleDef_Init(&module_definition); }

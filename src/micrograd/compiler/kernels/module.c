/* The Python module: buffers in, buffers out. Only kernel_machine.py calls it; nothing that it is given is trusted. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "calls.h"
#include "marks.h"
#include "spare.h"
#include "validate.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What calls go the short way, and what those that did have taken since somebody asked. */
#define MOST_KNOWN 64
typedef struct {
    double most_seconds, seconds;
    int64_t most_calls, calls, most_samples;
    int64_t known; /* how many data: */
    uint64_t marks[MOST_KNOWN];
    Room room;
} Short;

typedef struct {
    PyObject_HEAD
    Machine machine;
    const Calls *calls; /* of its precision */
    void *kept;         /* a run for the next call, when no call has it just now */
    void *memory[6];
    Short brief;
} MachineObject;

static const Calls *find_calls(const char *dtype) {
    if (strcmp(dtype, calls_double.dtype) == 0) return &calls_double;
    if (strcmp(dtype, calls_single.dtype) == 0) return &calls_single;
    PyErr_Format(PyExc_ValueError, "there are kernels for float64 and float32, and none for %s", dtype);
    return NULL;
}

static int find_set(const Calls *calls, const char *name) {
    int set = calls->find_set(name);
    if (set < 0) PyErr_Format(PyExc_ValueError, "this processor has no instruction set named %s", name);
    return set;
}

/* A named argument that is an array of numbers. */
typedef struct {
    const char *name;
    PyObject *given;
    int64_t count; /* how many numbers it must have; ANY of them */
    enum { READ, WRITE } use;
    int size;      /* of a number, in bytes */
    int may_be_none;
    Py_buffer buffer;
    int held;
} Array;
#define ANY (-1)

static void release(Array *arrays, int count) {
    for (int i = 0; i < count; i++)
        if (arrays[i].held) PyBuffer_Release(&arrays[i].buffer);
}

static int64_t length(const Array *array) { return (int64_t)array->buffer.len / array->size; }

/* Get hold of the memory of all arrays, or raise and hold none. */
static int hold(Array *arrays, int count) {
    for (int i = 0; i < count; i++) {
        Array *a = &arrays[i];
        if (a->may_be_none && (a->given == NULL || a->given == Py_None)) continue;
        if (a->given == NULL) {
            PyErr_Format(PyExc_TypeError, "%s is missing", a->name);
        } else if (PyObject_GetBuffer(a->given, &a->buffer, a->use == WRITE ? PyBUF_WRITABLE : PyBUF_SIMPLE) == 0) {
            a->held = 1;
            if (a->buffer.len % a->size || (a->count != ANY && length(a) != a->count))
                PyErr_Format(PyExc_ValueError, "%s has %zd bytes, expected %lld numbers of %d", a->name, a->buffer.len,
                             (long long)a->count, a->size);
            else if (a->buffer.len && (uintptr_t)a->buffer.buf % (uintptr_t)a->size)
                PyErr_Format(PyExc_ValueError, "%s is not aligned", a->name);
            else
                continue;
        }
        release(arrays, count);
        return 0;
    }
    return 1;
}

static void *memory_of(const Array *array) { return array->held ? array->buffer.buf : NULL; }

/* The product, or a number that no array is as long as. */
static int64_t times(int64_t a, int64_t b) { return a < 0 || b < 0 || (b > 0 && a > INT64_MAX / b) ? INT64_MAX : a * b; }

static PyObject *machine_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"instruction_set", "parameters", "captured", "features", "targets", "rows", "lanes", "seed",
                            "debug", "packed", "dtype", "results", "initial", "numbers", "shared", "forward", "backward", NULL};
    enum { RESULTS, INITIAL, NUMBERS, SHARED, FORWARD, BACKWARD, ARRAYS };
    Array a[ARRAYS] = {{.name = "results"}, {.name = "initial"}, {.name = "numbers"},
                       {.name = "shared"},  {.name = "forward"}, {.name = "backward"}};
    const char *name, *dtype;
    long long parameters, captured, features, targets, rows, lanes, seed, packed;
    int debug;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "$zLLLLLLLpLsOOOOOO", names, &name, &parameters, &captured, &features,
                                     &targets, &rows, &lanes, &seed, &debug, &packed, &dtype, &a[0].given, &a[1].given,
                                     &a[2].given, &a[3].given, &a[4].given, &a[5].given))
        return NULL;
    const Calls *calls = find_calls(dtype);
    int set = calls == NULL ? -1 : find_set(calls, name);
    if (set < 0) return NULL;
    if (lanes < calls->group || lanes > 4096 || lanes % calls->group || rows < 0 || rows > (1LL << 40) || packed < 0 ||
        packed > (1LL << 40)) {
        PyErr_Format(PyExc_ValueError,
                     "a block has from %d to 4096 lanes, a multiple of %d, and at most 2**40 rows and packed weights",
                     calls->group, calls->group);
        return NULL;
    }
    for (int i = 0; i < ARRAYS; i++) a[i].count = ANY, a[i].size = 8;
    if (!hold(a, ARRAYS)) return NULL;
    MachineObject *self = (MachineObject *)type->tp_alloc(type, 0);
    int complete = self != NULL;
    for (int i = 0; i < ARRAYS && complete; i++) {
        size_t bytes = (size_t)a[i].buffer.len;
        self->memory[i] = malloc(bytes + 1);
        if (self->memory[i] == NULL) complete = 0;
        else memcpy(self->memory[i], a[i].buffer.buf, bytes);
    }
    if (!complete) {
        Py_CLEAR(self);
        PyErr_NoMemory();
    } else {
        Machine *m = &self->machine;
        const double *numbers = self->memory[NUMBERS];
        self->calls = calls;
        m->debug = debug, m->packed = packed;
        m->parameters = parameters, m->captured = captured, m->features = features, m->targets = targets;
        m->rows = rows, m->lanes = lanes, m->seed = seed;
        m->result = self->memory[RESULTS], m->results = length(&a[RESULTS]) / 2;
        m->initial = self->memory[INITIAL], m->slots = length(&a[INITIAL]);
        m->shared = (Instructions){self->memory[SHARED], length(&a[SHARED]), numbers};
        m->forward = (Instructions){self->memory[FORWARD], length(&a[FORWARD]), numbers};
        m->backward = (Instructions){self->memory[BACKWARD], length(&a[BACKWARD]), numbers};
        const char *wrong = wrong_with(m, length(&a[NUMBERS]));
        if (wrong != NULL) {
            PyErr_Format(PyExc_ValueError, "this is no program: %s", wrong);
            Py_CLEAR(self);
        } else if (!calls->prepare(m, set)) {
            Py_CLEAR(self);
            PyErr_NoMemory();
        }
    }
    release(a, ARRAYS);
    return (PyObject *)self;
}

static void machine_dealloc(PyObject *object) {
    MachineObject *self = (MachineObject *)object;
    PyTypeObject *type = Py_TYPE(object);
    if (self->calls != NULL) {
        self->calls->forget(self->kept);
        self->calls->release(&self->machine);
    }
    for (int i = 0; i < 6; i++) free(self->memory[i]);
    free(self->brief.room.numbers);
    type->tp_free(object);
    Py_DECREF(type);
}

static int sensible(long long samples, long long threads) {
    if (samples >= 1 && threads >= 1) return 1;
    PyErr_SetString(PyExc_ValueError, "there must be at least one sample and one thread");
    return 0;
}

/* A call takes the run that is kept with it, while it holds Python's lock, and brings one back: others may be on their way. */
static void *take_kept(MachineObject *self) {
    void *kept = self->kept;
    self->kept = NULL;
    return kept;
}

static void bring_back(MachineObject *self, void *kept) {
    if (self->kept == NULL) self->kept = kept;
    else self->calls->forget(kept);
}

static int64_t most_blocks(const Machine *m, int64_t samples) {
    return blocks_of(m->lanes, samples, m->in_pairs);
}

/* evaluate(parameters, captured, X, out, flags, samples, threads): fill out, shape (samples, results). */
static PyObject *machine_evaluate(PyObject *object, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"parameters", "captured", "X", "out", "flags", "samples", "threads", NULL};
    enum { PARAMETERS, CAPTURED, FEATURES, OUT, FLAGS, ARRAYS };
    const Machine *m = &((MachineObject *)object)->machine;
    const Calls *calls = ((MachineObject *)object)->calls;
    PyObject *given[ARRAYS];
    long long samples;
    int threads;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "$OOOOOLi", names, &given[0], &given[1], &given[2], &given[3],
                                     &given[4], &samples, &threads) ||
        !sensible(samples, threads))
        return NULL;
    if (m->targets) return PyErr_Format(PyExc_ValueError, "this program needs targets");
    Array a[ARRAYS] = {{"parameters", given[0], m->parameters, READ, 8},
                       {"captured", given[1], m->captured, READ, 8, m->captured == 0},
                       {"X", given[2], times(samples, m->features), READ, calls->size},
                       {"out", given[3], times(samples, m->results), WRITE, 8},
                       {"flags", given[4], most_blocks(m, samples), WRITE, 1, 1}};
    if (!hold(a, ARRAYS)) return NULL;
    void *kept = take_kept((MachineObject *)object);
    Data data = {memory_of(&a[PARAMETERS]), memory_of(&a[CAPTURED]), memory_of(&a[FEATURES]), NULL, NULL,
                 memory_of(&a[FLAGS]),      samples,                 threads, &kept};
    int started;
    Py_BEGIN_ALLOW_THREADS
    started = calls->evaluate(m, &data, memory_of(&a[OUT]));
    Py_END_ALLOW_THREADS
    bring_back((MachineObject *)object, kept);
    release(a, ARRAYS);
    if (!started) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

/* gradient(parameters, captured, X, Y, weights, gradient, flags, samples, threads) -> mean loss; fills gradient. */
static PyObject *machine_gradient(PyObject *object, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"parameters", "captured", "X", "Y", "weights", "gradient", "flags", "samples", "threads", NULL};
    enum { PARAMETERS, CAPTURED, FEATURES, TARGETS, WEIGHTS, GRADIENT, FLAGS, ARRAYS };
    const Machine *m = &((MachineObject *)object)->machine;
    const Calls *calls = ((MachineObject *)object)->calls;
    PyObject *given[ARRAYS];
    long long samples;
    int threads;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "$OOOOOOOLi", names, &given[0], &given[1], &given[2], &given[3],
                                     &given[4], &given[5], &given[6], &samples, &threads) ||
        !sensible(samples, threads))
        return NULL;
    Array a[ARRAYS] = {{"parameters", given[0], m->parameters, READ, 8},
                       {"captured", given[1], m->captured, READ, 8, m->captured == 0},
                       {"X", given[2], times(samples, m->features), READ, calls->size},
                       {"Y", given[3], times(samples, m->targets), READ, calls->size},
                       {"weights", given[4], samples, READ, 8, 1},
                       {"gradient", given[5], m->parameters, WRITE, 8},
                       {"flags", given[6], most_blocks(m, samples), WRITE, 1, 1}};
    if (!hold(a, ARRAYS)) return NULL;
    void *kept = take_kept((MachineObject *)object);
    Data data = {memory_of(&a[PARAMETERS]), memory_of(&a[CAPTURED]), memory_of(&a[FEATURES]), memory_of(&a[TARGETS]),
                 memory_of(&a[WEIGHTS]),    memory_of(&a[FLAGS]),    samples,                 threads, &kept};
    int started;
    double loss = 0.0;
    Py_BEGIN_ALLOW_THREADS
    started = calls->gradient(m, &data, &loss, memory_of(&a[GRADIENT]));
    Py_END_ALLOW_THREADS
    bring_back((MachineObject *)object, kept);
    release(a, ARRAYS);
    if (!started) return PyErr_NoMemory();
    return PyFloat_FromDouble(loss);
}

/* -- The short way, for small calls: of these, naming the arguments, starting threads and letting go of Python's lock would be
   a good part. Whatever is out of the ordinary goes the long way. -- */

static PyObject *empty; /* numpy.empty */

static int count_is(Py_ssize_t count, Py_ssize_t expected) {
    if (count == expected) return 1;
    PyErr_Format(PyExc_TypeError, "expected %zd arguments, got %zd", expected, count);
    return 0;
}

/* allow(seconds, calls, samples, marks): until somebody asks again, calls of up to so many samples go the short way, so many of
   them, or for so many seconds, if the data have one of these marks (as bytes). */
static PyObject *machine_allow(PyObject *object, PyObject *args) {
    Short *s = &((MachineObject *)object)->brief;
    double seconds;
    long long calls, samples;
    const char *marks;
    Py_ssize_t bytes;
    if (!PyArg_ParseTuple(args, "dLLy#", &seconds, &calls, &samples, &marks, &bytes)) return NULL;
    if (bytes % 8 || bytes > 8 * MOST_KNOWN)
        return PyErr_Format(PyExc_ValueError, "marks have 8 bytes each, and %d of them are kept", MOST_KNOWN);
    s->most_seconds = seconds, s->most_calls = calls, s->most_samples = samples;
    s->known = bytes / 8;
    memcpy(s->marks, marks, (size_t)bytes);
    s->seconds = 0.0, s->calls = 0;
    Py_RETURN_NONE;
}

/* spent() -> the seconds that went into calls on the short way since the last time, and how many there were. */
static PyObject *machine_spent(PyObject *object, PyObject *ignored) {
    Short *s = &((MachineObject *)object)->brief;
    const double seconds = s->seconds;
    const long long calls = s->calls;
    (void)ignored;
    s->most_seconds -= seconds, s->most_calls -= calls;
    s->seconds = 0.0, s->calls = 0;
    return Py_BuildValue("dL", seconds, calls);
}

/* Reading a clock takes its time too: one call of so many is timed, for all of them. */
#define CALLS_A_TIME 16

static double clock_of(const Short *s) {
    struct timespec now;
    if (s->calls % CALLS_A_TIME || timespec_get(&now, TIME_UTC) == 0) return 0.0;
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void note_call(Short *s, double started) {
    const double now = clock_of(s);
    s->calls++;
    if (started > 0.0 && now > started) s->seconds += CALLS_A_TIME * (now - started); /* somebody may set the clock */
}

static int is_known(const Short *s, uint64_t mark) {
    for (int64_t i = s->known - 1; i >= 0; i--)
        if (s->marks[i] == mark) return 1;
    return 0;
}

static const void *doubles_in(PyObject *given, int64_t count, const char *name) {
    if (given != NULL && PyBytes_CheckExact(given) && PyBytes_GET_SIZE(given) == 8 * count) return PyBytes_AS_STRING(given);
    PyErr_Format(PyExc_ValueError, "%s must be bytes: %lld numbers", name, (long long)count);
    return NULL;
}

typedef struct {
    Marked given;
    Data data;
    void *kept;
} Brief;

enum { RAISED = -1, LONG_WAY, UNKNOWN, READY };

static int is_due(const Short *s) { return s->calls >= s->most_calls || s->seconds >= s->most_seconds; }

/* How many samples these are, if they are so few; 0 for all else. */
static Py_ssize_t may_be_brief(const Short *s, PyObject *X) {
    const Py_ssize_t samples = is_plain_array(X) ? PyObject_Size(X) : 0;
    if (samples < 0) PyErr_Clear(); /* it has no dimensions */
    return samples > 0 && samples <= s->most_samples ? samples : 0;
}

/* Get hold of what a call on the short way needs, if the data are such that it may go there. */
static int start_brief(MachineObject *self, Brief *b, PyObject *numbers, PyObject *leaves, PyObject *X, PyObject *Y,
                       int any_data) {
    const Machine *m = &self->machine;
    const Short *s = &self->brief;
    const void *parameters = doubles_in(numbers, m->parameters, "parameters");
    const void *captured = m->captured == 0 ? NULL : doubles_in(leaves, m->captured, "captured");
    if (parameters == NULL || (captured == NULL && m->captured)) return RAISED;
    if (!hold_marked(&b->given, X, Y, s->most_samples, self->calls->size, &self->brief.room)) return LONG_WAY;
    const Marked *given = &b->given;
    const int fits = given->features == m->features && given->targets == m->targets;
    if (!fits || !(any_data || is_known(s, given->mark))) {
        release_marked(&b->given);
        return fits ? UNKNOWN : LONG_WAY;
    }
    b->kept = take_kept(self);
    b->data = (Data){parameters, captured, given->x, given->y, NULL, NULL, given->samples, 1, &b->kept};
    return READY;
}

static void end_brief(MachineObject *self, Brief *b) {
    bring_back(self, b->kept);
    release_marked(&b->given);
}

static PyObject *long_way(int outcome) {
    if (outcome == RAISED) return NULL;
    if (outcome == UNKNOWN) Py_RETURN_FALSE;
    Py_RETURN_NONE;
}

/* In float32, what is not finite may be so in this precision only. */
static int may_be_lost(const MachineObject *self, const double *numbers, int64_t count) {
    double all = 0.0;
    if (self->calls->size == 8) return 0;
    for (int64_t i = 0; i < count; i++) all += numbers[i] * 0.0;
    return all != all;
}

/* Where NumPy's arrays have the address of their numbers: the first field of PyArrayObject_fields. Asking for a buffer of each
   new array takes as long as computing a few samples, so it is done once, to see that this holds. */
static int address_is_first;
#define FIRST_FIELD(array) (*(void **)((char *)(array) + sizeof(PyObject)))

static int look_at_an_array(void) {
    Py_buffer view;
    PyObject *made = PyObject_CallFunction(empty, "i", 3);
    if (made == NULL) return -1;
    const int held = is_plain_array(made) && PyObject_GetBuffer(made, &view, PyBUF_WRITABLE) == 0;
    if (held) {
        const int room = ((PyTypeObject *)Py_TYPE(made))->tp_basicsize >= (Py_ssize_t)(sizeof(PyObject) + sizeof(void *));
        address_is_first = room && view.len == 24 && FIRST_FIELD(made) == view.buf;
        PyBuffer_Release(&view);
    }
    PyErr_Clear();
    Py_DECREF(made);
    return 0;
}

/* An array of doubles that nobody else has yet, and where they are. */
static PyObject *new_array(PyObject *shape, int64_t count, double **numbers) {
    PyObject *made = PyObject_CallOneArg(empty, shape);
    if (made == NULL) return NULL;
    if (is_plain_array(made) && address_is_first) {
        *numbers = FIRST_FIELD(made);
        return made;
    }
    Array out = {.name = "result", .given = made, .count = count, .use = WRITE, .size = 8};
    if (is_plain_array(made) && hold(&out, 1)) {
        *numbers = memory_of(&out);
        release(&out, 1); /* it stays where it is: nobody else has the array */
        return made;
    }
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "numpy.empty returned no array");
    Py_DECREF(made);
    return NULL;
}

/* The first four arguments of a call on the short way: what says whether anything has changed since the last one, what returns
   the numbers of the parameters as bytes and what it is given for that, and what returns those of the leaves, or None. They are
   asked before anything is held, since they may run the user's code. Returns as start_brief does. */
static int ask(PyObject *const *args, PyObject **parameters, PyObject **captured) {
    *parameters = *captured = NULL;
    PyObject *changed = PyObject_CallNoArgs(args[0]);
    const int differs = changed == NULL ? RAISED : PyObject_IsTrue(changed);
    Py_XDECREF(changed);
    if (differs != 0) return differs < 0 ? RAISED : LONG_WAY;
    *parameters = PyObject_CallOneArg(args[1], args[2]);
    if (*parameters == NULL) return RAISED;
    if (args[3] != Py_None && (*captured = PyObject_CallNoArgs(args[3])) == NULL) return RAISED;
    return READY;
}

/* gradient_at_once(changed, numbers_of, held, captured, any_data, X, Y=None) -> (mean loss, gradient). None where the call has to
   go the long way: it is due, something has changed, X and Y are no numbers for this program, or a sample has left an
   operation's domain. False where the data are not known, unless any will do. */
static PyObject *machine_gradient_at_once(PyObject *object, PyObject *const *args, Py_ssize_t count) {
    MachineObject *self = (MachineObject *)object;
    const int64_t parameters = self->machine.parameters;
    PyObject *Y = count == 7 ? args[6] : Py_None, *numbers, *captured, *gradient = NULL, *answer = NULL;
    double loss = 0.0, *out = NULL;
    Brief b;
    if (count != 6 && !count_is(count, 7)) return NULL;
    if (is_due(&self->brief) || !may_be_brief(&self->brief, args[5])) Py_RETURN_NONE;
    const double started = clock_of(&self->brief);
    int outcome = ask(args, &numbers, &captured);
    if (outcome == READY) {
        PyObject *shape = PyLong_FromLongLong(parameters);
        gradient = shape == NULL ? NULL : new_array(shape, parameters, &out);
        Py_XDECREF(shape);
        outcome = gradient == NULL ? RAISED : start_brief(self, &b, numbers, captured, args[5], Y, args[4] == Py_True);
    }
    if (outcome == READY) {
        const int told = self->calls->gradient(&self->machine, &b.data, &loss, out);
        end_brief(self, &b);
        if (!told) PyErr_NoMemory();
        if (!told) outcome = RAISED;
        else if (told & LEFT || may_be_lost(self, out, parameters) || may_be_lost(self, &loss, 1)) outcome = LONG_WAY;
        else note_call(&self->brief, started);
    }
    Py_XDECREF(numbers);
    Py_XDECREF(captured);
    if (outcome == READY) {
        PyObject *mean = PyFloat_FromDouble(loss);
        if (mean != NULL) answer = PyTuple_Pack(2, mean, gradient);
        Py_XDECREF(mean);
    } else {
        answer = long_way(outcome);
    }
    Py_XDECREF(gradient);
    return answer;
}

/* evaluate_at_once(changed, numbers_of, held, captured, any_data, as_table, X) -> the results, of shape (samples, results), or
   (samples,). None and False as above. */
static PyObject *machine_evaluate_at_once(PyObject *object, PyObject *const *args, Py_ssize_t count) {
    MachineObject *self = (MachineObject *)object;
    const int64_t results = self->machine.results;
    PyObject *numbers, *captured, *made = NULL;
    double *out = NULL;
    Brief b;
    if (!count_is(count, 7)) return NULL;
    const int as_table = args[5] == Py_True;
    if (!as_table && results != 1) return PyErr_Format(PyExc_ValueError, "this program has several results");
    const Py_ssize_t samples = may_be_brief(&self->brief, args[6]);
    if (is_due(&self->brief) || samples == 0) Py_RETURN_NONE;
    const double started = clock_of(&self->brief);
    int outcome = ask(args, &numbers, &captured);
    if (outcome == READY) {
        PyObject *shape = as_table ? Py_BuildValue("nL", samples, (long long)results) : PyLong_FromSsize_t(samples);
        made = shape == NULL ? NULL : new_array(shape, times(samples, results), &out);
        Py_XDECREF(shape);
        outcome = made == NULL ? RAISED : start_brief(self, &b, numbers, captured, args[6], Py_None, args[4] == Py_True);
    }
    if (outcome == READY) {
        const int fits = b.given.samples == samples; /* others might have changed the array's shape meanwhile */
        const int told = fits ? self->calls->evaluate(&self->machine, &b.data, out) : STARTED | LEFT;
        end_brief(self, &b);
        if (!told) PyErr_NoMemory();
        if (!told) outcome = RAISED;
        else if (told & LEFT || may_be_lost(self, out, times(samples, results))) outcome = LONG_WAY;
        else note_call(&self->brief, started);
    }
    Py_XDECREF(numbers);
    Py_XDECREF(captured);
    if (outcome == READY) return made;
    Py_XDECREF(made);
    return long_way(outcome);
}

/* Copy starts, and the part of the order that is used, into memory that nobody else changes: -1 without memory, 0 where
   they point outside of the samples. `most` becomes the largest number of samples of a step. */
static int copy_order(const Array *order, const Array *starts, int64_t steps, int64_t samples, int64_t **copy,
                      int64_t **copied_starts, int64_t *most) {
    const int64_t *from = starts->buffer.buf;
    int64_t *begins = *copied_starts = malloc((size_t)(steps + 1) * sizeof(int64_t));
    if (begins == NULL) return -1;
    memcpy(begins, from, (size_t)(steps + 1) * sizeof(int64_t));
    int64_t first = begins[0], last = begins[steps];
    if (first < 0 || last < first || last > length(order)) return 0;
    *most = 1;
    for (int64_t k = 0; k < steps; k++) {
        if (begins[k + 1] <= begins[k] || begins[k + 1] > last || begins[k] < first) return 0;
        if (begins[k + 1] - begins[k] > *most) *most = begins[k + 1] - begins[k];
    }
    int64_t *numbers = *copy = malloc((size_t)(last - first) * sizeof(int64_t) + 1);
    if (numbers == NULL) return -1;
    memcpy(numbers, (const int64_t *)order->buffer.buf + first, (size_t)(last - first) * sizeof(int64_t));
    for (int64_t k = 0; k < last - first; k++)
        if (numbers[k] < 0 || numbers[k] >= samples) return 0;
    for (int64_t k = 0; k <= steps; k++) begins[k] -= first;
    return 1;
}

/* train(training, weights, previous, first, second, captured, X, Y, sample_weight, order, starts, rates, losses, flags):
   the arrays and the record are filled with what the training has made of them. */
static PyObject *machine_train(PyObject *object, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"training", "weights", "previous", "first", "second", "captured", "X", "Y", "sample_weight",
                            "order", "starts", "rates", "losses", "flags", NULL};
    enum { RECORD, WEIGHTS, PREVIOUS, FIRST, SECOND, CAPTURED, FEATURES, TARGETS, SAMPLE_WEIGHT, ORDER, STARTS, RATES,
           LOSSES, FLAGS, ARRAYS };
    const Machine *m = &((MachineObject *)object)->machine;
    const Calls *calls = ((MachineObject *)object)->calls;
    PyObject *g[ARRAYS];
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "$OOOOOOOOOOOOOO", names, &g[0], &g[1], &g[2], &g[3], &g[4], &g[5],
                                     &g[6], &g[7], &g[8], &g[9], &g[10], &g[11], &g[12], &g[13]))
        return NULL;
    Array record = {"training", g[RECORD], sizeof(Training) / 8, WRITE, 8};
    if (!hold(&record, 1)) return NULL;
    Training told;
    memcpy(&told, record.buffer.buf, sizeof told);
    Py_ssize_t steps = PyObject_Size(g[RATES]);
    if (steps < 0 || !sensible(told.samples, told.threads)) {
        release(&record, 1);
        return NULL;
    }
    Array a[ARRAYS] = {{"training", g[0], ANY, READ, 8},
                       {"weights", g[1], m->parameters, WRITE, 8},
                       {"previous", g[2], m->parameters, WRITE, 8},
                       {"first", g[3], m->parameters, WRITE, 8},
                       {"second", g[4], told.kind == ADAM ? m->parameters : ANY, WRITE, 8},
                       {"captured", g[5], m->captured, READ, 8, m->captured == 0},
                       {"X", g[6], times(told.samples, m->features), READ, calls->size},
                       {"Y", g[7], times(told.samples, m->targets), READ, calls->size},
                       {"sample_weight", g[8], told.samples, READ, 8, 1},
                       {"order", g[9], ANY, READ, 8, 1},
                       {"starts", g[10], (int64_t)steps + 1, READ, 8},
                       {"rates", g[11], steps, READ, 8},
                       {"losses", g[12], steps, WRITE, 8},
                       {"flags", g[13], ANY, WRITE, 1, 1}};
    if (!hold(a, ARRAYS)) {
        release(&record, 1);
        return NULL;
    }
    int64_t most = told.samples, *order = NULL, *starts = NULL;
    int right = !a[ORDER].held ? 1 : copy_order(&a[ORDER], &a[STARTS], steps, told.samples, &order, &starts, &most);
    if (right < 0)
        PyErr_NoMemory();
    else if (!right)
        PyErr_SetString(PyExc_ValueError, "order and starts do not name samples for each step");
    else if (a[FLAGS].held && length(&a[FLAGS]) < most_blocks(m, most))
        PyErr_SetString(PyExc_ValueError, "flags has not enough places for the blocks of a step");
    if (!PyErr_Occurred()) {
        Data data = {memory_of(&a[WEIGHTS]),       memory_of(&a[CAPTURED]), memory_of(&a[FEATURES]),
                     memory_of(&a[TARGETS]),       memory_of(&a[SAMPLE_WEIGHT]), memory_of(&a[FLAGS]),
                     most,                         told.threads > 64 ? 64 : (int)told.threads, NULL};
        State state = {memory_of(&a[WEIGHTS]), memory_of(&a[PREVIOUS]), memory_of(&a[FIRST]), memory_of(&a[SECOND])};
        Schedule schedule = {order, starts, memory_of(&a[RATES]), steps, memory_of(&a[LOSSES]), a[FLAGS].held};
        int started;
        Py_BEGIN_ALLOW_THREADS
        started = calls->train(m, &data, &told, &state, &schedule);
        Py_END_ALLOW_THREADS
        if (started) memcpy(record.buffer.buf, &told, sizeof told);
        else PyErr_NoMemory();
    }
    free(order);
    free(starts);
    release(a, ARRAYS);
    release(&record, 1);
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

/* block(samples) -> how many of so many samples each block has, the last one perhaps fewer. */
static PyObject *machine_block(PyObject *object, PyObject *args) {
    const MachineObject *self = (MachineObject *)object;
    long long samples;
    if (!PyArg_ParseTuple(args, "L", &samples) || !sensible(samples, 1)) return NULL;
    const Machine *m = &self->machine;
    return PyLong_FromLongLong(block_lanes(m->lanes, self->calls->group, samples, m->in_pairs));
}

/* blocks(samples) -> the most blocks that a step of so many samples, or fewer, has. */
static PyObject *machine_blocks(PyObject *object, PyObject *args) {
    long long samples;
    if (!PyArg_ParseTuple(args, "L", &samples) || !sensible(samples, 1)) return NULL;
    return PyLong_FromLongLong(most_blocks(&((MachineObject *)object)->machine, samples));
}

static PyMethodDef machine_methods[] = {
    {"block", machine_block, METH_VARARGS, NULL},
    {"blocks", machine_blocks, METH_VARARGS, NULL},
    {"allow", machine_allow, METH_VARARGS, NULL},
    {"spent", machine_spent, METH_NOARGS, NULL},
    {"evaluate_at_once", (PyCFunction)(void (*)(void))machine_evaluate_at_once, METH_FASTCALL, NULL},
    {"gradient_at_once", (PyCFunction)(void (*)(void))machine_gradient_at_once, METH_FASTCALL, NULL},
    {"evaluate", (PyCFunction)(void (*)(void))machine_evaluate, METH_VARARGS | METH_KEYWORDS, NULL},
    {"gradient", (PyCFunction)(void (*)(void))machine_gradient, METH_VARARGS | METH_KEYWORDS, NULL},
    {"train", (PyCFunction)(void (*)(void))machine_train, METH_VARARGS | METH_KEYWORDS, NULL},
    {NULL, NULL, 0, NULL}};

static PyType_Slot machine_slots[] = {{Py_tp_new, machine_new},
                                      {Py_tp_dealloc, machine_dealloc},
                                      {Py_tp_methods, machine_methods},
                                      {0, NULL}};

static PyType_Spec machine_spec = {"micrograd.compiler._kernels.Machine", sizeof(MachineObject), 0, Py_TPFLAGS_DEFAULT,
                                   machine_slots};

/* peak(rounds, name or None, dtype) -> the sum of a loop of rounds * OPERATIONS_A_ROUND multiply-adds, to be timed. */
static PyObject *peak(PyObject *module, PyObject *args) {
    const char *name, *dtype = "float64";
    long long rounds;
    double total;
    (void)module;
    if (!PyArg_ParseTuple(args, "Lz|s", &rounds, &name, &dtype)) return NULL;
    const Calls *calls = find_calls(dtype);
    int set = calls == NULL ? -1 : find_set(calls, name);
    if (set < 0) return NULL;
    Py_BEGIN_ALLOW_THREADS
    total = calls->peak(set, rounds);
    Py_END_ALLOW_THREADS
    return PyFloat_FromDouble(total);
}

static PyObject *instruction_set_names(PyObject *module, PyObject *ignored) {
    (void)module, (void)ignored;
    PyObject *names = PyList_New(0);
    const char *found;
    for (int i = 0; names != NULL && (found = calls_double.name(i)) != NULL; i++) {
        if (calls_double.find_set(found) < 0) continue;
        PyObject *name = PyUnicode_FromString(found);
        if (name == NULL || PyList_Append(names, name) < 0) Py_CLEAR(names);
        Py_XDECREF(name);
    }
    return names;
}

/* layout() -> what is named here and in Python too, for comparison. */
#define NAME_FORMAT(name, leaves) "s"
#define NAME(name, leaves) , #name
#define FIELD_FORMAT(name) "s"
#define FIELD_NAME(name) , #name
#define INSTRUCTION_FORMAT(code, name, fields) "(s(" fields(FIELD_FORMAT) "))"
#define INSTRUCTION_NAMES(code, name, fields) , #name fields(FIELD_NAME)
#define TRAINING_FORMAT(name) "(ss)"
#define WHOLE_NAME(name) , #name, "i"
#define REAL_NAME(name) , #name, "f"
static PyObject *layout(PyObject *module, PyObject *ignored) {
    (void)module, (void)ignored;
    return Py_BuildValue("{s((" FUNCTIONS(NAME_FORMAT) ")(" BINARY_FUNCTIONS(NAME_FORMAT) "))"
                         "s(" INSTRUCTIONS(INSTRUCTION_FORMAT) ")"
                         "s(" TRAINING_FIELDS(TRAINING_FORMAT, TRAINING_FORMAT) ")}",
                         "operations" FUNCTIONS(NAME) BINARY_FUNCTIONS(NAME),
                         "instructions" INSTRUCTIONS(INSTRUCTION_NAMES),
                         "training" TRAINING_FIELDS(WHOLE_NAME, REAL_NAME));
}

static PyMethodDef methods[] = {{"peak", peak, METH_VARARGS, NULL},
                                {"mark", (PyCFunction)(void (*)(void))mark, METH_FASTCALL, NULL},
                                {"layout", layout, METH_NOARGS, NULL},
                                {"instruction_sets", instruction_set_names, METH_NOARGS, NULL},
                                {NULL, NULL, 0, NULL}};

static int find_numpy(void) {
    PyObject *numpy = find_arrays() < 0 ? NULL : PyImport_ImportModule("numpy");
    PyObject *found = numpy == NULL ? NULL : PyObject_GetAttrString(numpy, "empty");
    Py_XDECREF(numpy);
    if (found == NULL) return -1;
    Py_XSETREF(empty, found);
    return look_at_an_array();
}

static int module_exec(PyObject *module) {
    if (find_numpy() < 0 || start_spare() < 0) return -1;
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

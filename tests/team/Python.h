/* As much of Python's threads and locks as kernels/team.c asks for, so that it runs, and is checked, without Python. */
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

typedef sem_t *PyThread_type_lock;
#define WAIT_LOCK 1
#define PYTHREAD_INVALID_THREAD_ID ((unsigned long)-1)

static PyThread_type_lock PyThread_allocate_lock(void) {
    sem_t *lock = malloc(sizeof *lock);
    sem_init(lock, 0, 1);
    return lock;
}

static void PyThread_free_lock(PyThread_type_lock lock) {
    sem_destroy(lock);
    free(lock);
}

static int PyThread_acquire_lock(PyThread_type_lock lock, int wait) {
    while (sem_wait(lock)) {}
    return wait;
}

static void PyThread_release_lock(PyThread_type_lock lock) { sem_post(lock); }

typedef struct {
    void (*run)(void *);
    void *argument;
} Start;

static void *run_thread(void *given) {
    Start start = *(Start *)given;
    free(given);
    start.run(start.argument);
    return NULL;
}

static unsigned long PyThread_start_new_thread(void (*run)(void *), void *argument) {
    pthread_t thread;
    Start *start = malloc(sizeof *start);
    *start = (Start){run, argument};
    if (pthread_create(&thread, NULL, run_thread, start)) return PYTHREAD_INVALID_THREAD_ID;
    pthread_detach(thread);
    return (unsigned long)thread;
}

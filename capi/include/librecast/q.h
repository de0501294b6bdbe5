/* SPDX-License-Identifier: BSD-3-Clause */
/* librecast/q.h - a queue of jobs, and threads that do them. */
#ifndef LIBRECAST_Q_H
#define LIBRECAST_Q_H 1

#include <librecast/types.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Places in a queue; one less can be pending. */
#define Q_JOBS 65536

typedef struct q_job_s {
  void *(*f)(void *);
  void *arg;
} q_job_t;

/* Somewhat over 1 MiB: give it static or allocated storage, not a small
 * thread's stack. Only the functions below may touch the members. */
struct q_s {
  q_job_t job[Q_JOBS];
  uint16_t ridx; /* next to take */
  uint16_t widx; /* next to fill */
  uint32_t lock; /* around the indices and what they point at */
  sem_t rlock;   /* counts jobs */
  sem_t wlock;   /* counts free places */
};

/* Prepares, or disposes of, a queue. Jobs still in it are dropped. */
int q_init(q_t *q);
int q_free(q_t *q);

/* Appends f(arg). q_push waits for a place, q_trypush fails with EAGAIN. */
int q_push(q_t *q, void *(*f)(void *), void *arg);
int q_trypush(q_t *q, void *(*f)(void *), void *arg);

/* Takes the oldest job, without doing it. q_wait waits for one, q_trywait
 * fails with EAGAIN. */
int q_wait(q_t *q, q_job_t *job);
int q_trywait(q_t *q, q_job_t *job);

/* 1 when f(arg) is pending, else 0. */
int q_search(q_t *q, void *(*f)(void *), void *arg);

/* Does jobs of the queue arg until the thread is cancelled. */
void *q_job_seek(void *arg);

/* Starts nthreads threads with f(arg). Returns how many did not start. */
int q_pool_create(pthread_t tid[], int nthreads, void *(*f)(void *), void *arg);
/* Cancels and joins them. Returns how many could not be joined. */
int q_pool_destroy(pthread_t tid[], int nthreads);

#ifdef __cplusplus
}
#endif

#endif /* LIBRECAST_Q_H */

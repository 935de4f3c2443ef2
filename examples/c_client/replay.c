/* Asks an export of tfrec_dl without Python, through the C API that TF Serving stands on.
 *
 *     replay VERSION REQUESTS ANSWERS ...        answers each request once, into a file; of further exports too
 *     replay VERSION REQUESTS - COUNT THREADS    answers COUNT of them in turn and prints what that took
 *
 * REQUESTS are written by benchmarks/c_client.py, little-endian: how many; of each the number of inputs, each with the
 * name and the place of its tensor, type, number of axes, sizes, and values (texts with their lengths); then the number
 * of outputs with the name and the place of each. ANSWERS hold how many there are, and of each output type, axes, sizes
 * and values in the same form. SESSION_CONFIG in the environment names a file with the session's options, a serialized
 * tf.ConfigProto.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tensorflow/c/c_api.h>
#include <tensorflow/c/tf_tstring.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  int n_inputs, n_outputs;
  TF_Output *inputs, *outputs;
  TF_Tensor **values;
} Request;

static TF_Graph *graph;
static TF_Session *session;
static Request *requests;
static uint32_t n_requests;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static void check(TF_Status *status, const char *what) {
  if (TF_GetCode(status) != TF_OK) fail(what, TF_Message(status));
}

static void take(void *into, size_t size, FILE *file) {
  if (size && fread(into, size, 1, file) != 1) fail("requests", "the file ends early");
}

static uint32_t number(FILE *file) {
  uint32_t value;
  take(&value, 4, file);
  return value;
}

static char *text(FILE *file, uint32_t *size) {
  *size = number(file);
  char *bytes = malloc(*size + 1);
  take(bytes, *size, file);
  bytes[*size] = 0;
  return bytes;
}

static TF_Output place(FILE *file) {
  uint32_t size;
  char *name = text(file, &size);
  TF_Output output = {TF_GraphOperationByName(graph, name), (int)number(file)};
  if (!output.oper) fail(name, "is no operation of the graph");
  free(name);
  return output;
}

static TF_Tensor *value(FILE *file) {
  TF_DataType type = (TF_DataType)number(file);
  int axes = (int)number(file);
  int64_t sizes[8], count = 1;
  for (int axis = 0; axis < axes; axis++) count *= sizes[axis] = number(file);
  size_t each = TF_DataTypeSize(type);
  TF_Tensor *tensor = TF_AllocateTensor(type, sizes, axes, count * (each ? each : sizeof(TF_TString)));
  if (each) {
    take(TF_TensorData(tensor), count * each, file);
    return tensor;
  }
  TF_TString *strings = TF_TensorData(tensor);
  for (int64_t place = 0; place < count; place++) {
    uint32_t size;
    char *bytes = text(file, &size);
    TF_StringInit(&strings[place]);
    TF_StringCopy(&strings[place], bytes, size);
    free(bytes);
  }
  return tensor;
}

static void read_requests(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) fail(path, "cannot be read");
  n_requests = number(file);
  requests = calloc(n_requests, sizeof(Request));
  for (uint32_t each = 0; each < n_requests; each++) {
    Request *request = &requests[each];
    request->n_inputs = (int)number(file);
    request->inputs = calloc(request->n_inputs, sizeof(TF_Output));
    request->values = calloc(request->n_inputs, sizeof(TF_Tensor *));
    for (int input = 0; input < request->n_inputs; input++) {
      request->inputs[input] = place(file);
      request->values[input] = value(file);
    }
    request->n_outputs = (int)number(file);
    request->outputs = calloc(request->n_outputs, sizeof(TF_Output));
    for (int output = 0; output < request->n_outputs; output++) request->outputs[output] = place(file);
  }
  fclose(file);
}

static void answer(const Request *request, TF_Tensor **outputs, TF_Status *status) {
  TF_SessionRun(session, NULL, request->inputs, request->values, request->n_inputs, request->outputs, outputs,
                request->n_outputs, NULL, 0, NULL, status);
  check(status, "request");
}

static void put(FILE *file, uint32_t value) { fwrite(&value, 4, 1, file); }

static void write_tensor(FILE *file, TF_Tensor *tensor) {
  int64_t count = TF_TensorElementCount(tensor);
  put(file, TF_TensorType(tensor));
  put(file, TF_NumDims(tensor));
  for (int axis = 0; axis < TF_NumDims(tensor); axis++) put(file, (uint32_t)TF_Dim(tensor, axis));
  if (TF_TensorType(tensor) != TF_STRING) {
    fwrite(TF_TensorData(tensor), TF_TensorByteSize(tensor), 1, file);
    return;
  }
  const TF_TString *strings = TF_TensorData(tensor);
  for (int64_t place = 0; place < count; place++) {
    put(file, (uint32_t)TF_StringGetSize(&strings[place]));
    fwrite(TF_StringGetDataPointer(&strings[place]), TF_StringGetSize(&strings[place]), 1, file);
  }
}

static void write_answers(const char *path) {
  FILE *file = fopen(path, "wb");
  if (!file) fail(path, "cannot be written");
  TF_Status *status = TF_NewStatus();
  put(file, n_requests);
  for (uint32_t each = 0; each < n_requests; each++) {
    TF_Tensor **outputs = calloc(requests[each].n_outputs, sizeof(TF_Tensor *));
    answer(&requests[each], outputs, status);
    for (int output = 0; output < requests[each].n_outputs; output++) {
      write_tensor(file, outputs[output]);
      TF_DeleteTensor(outputs[output]);
    }
    free(outputs);
  }
  if (fclose(file)) fail(path, "cannot be written");
}

/* Of each thread: which requests it takes, and the milliseconds of each. */
typedef struct {
  long first, step, count;
  double *took;
} Part;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void *run(void *given) {
  Part *part = given;
  TF_Status *status = TF_NewStatus();
  for (long each = part->first; each < part->count; each += part->step) {
    const Request *request = &requests[each % n_requests];
    TF_Tensor **outputs = calloc(request->n_outputs, sizeof(TF_Tensor *));
    double start = now();
    answer(request, outputs, status);
    part->took[each] = now() - start;
    for (int output = 0; output < request->n_outputs; output++) TF_DeleteTensor(outputs[output]);
    free(outputs);
  }
  TF_DeleteStatus(status);
  return NULL;
}

static double megabytes(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%*d %ld", &pages) != 1) return 0;
  fclose(file);
  return pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static int by_size(const void *one, const void *other) {
  double difference = *(const double *)one - *(const double *)other;
  return (difference > 0) - (difference < 0);
}

static void replay(long count, int threads) {
  double *took = calloc(count, sizeof(double)), start = now();
  pthread_t *handles = calloc(threads, sizeof(pthread_t));
  Part *parts = calloc(threads, sizeof(Part));
  for (int thread = 0; thread < threads; thread++) {
    parts[thread] = (Part){thread, threads, count, took};
    if (pthread_create(&handles[thread], NULL, run, &parts[thread])) fail("thread", "cannot be started");
  }
  for (int thread = 0; thread < threads; thread++) pthread_join(handles[thread], NULL);
  double seconds = (now() - start) / 1e3;
  qsort(took, count, sizeof(double), by_size);
  printf("%d %ld %.1f %.3f %.3f", threads, count, count / seconds, took[count / 2], took[count * 99 / 100]);
  free(took);
  free(handles);
  free(parts);
}

static TF_SessionOptions *session_options(TF_Status *status) {
  TF_SessionOptions *options = TF_NewSessionOptions();
  const char *path = getenv("SESSION_CONFIG");
  if (!path) return options;
  char config[4096];
  FILE *file = fopen(path, "rb");
  if (!file) fail(path, "cannot be read");
  TF_SetConfig(options, config, fread(config, 1, sizeof(config), file), status);
  check(status, path);
  fclose(file);
  return options;
}

static void open_export(const char *version, const char *asked) {
  TF_Status *status = TF_NewStatus();
  TF_SessionOptions *options = session_options(status);
  const char *tags[] = {"serve"};
  graph = TF_NewGraph();
  session = TF_LoadSessionFromSavedModel(options, NULL, version, tags, 1, graph, NULL, status);
  check(status, version);
  read_requests(asked);
  TF_DeleteSessionOptions(options);
  TF_DeleteStatus(status);
}

static void close_export(void) {
  TF_Status *status = TF_NewStatus();
  TF_CloseSession(session, status);
  TF_DeleteSession(session, status);
  TF_DeleteGraph(graph);
  TF_DeleteStatus(status);
}

int main(int argc, char **argv) {
  if (argc == 6 && !strcmp(argv[3], "-")) {
    int threads = atoi(argv[5]);
    long count = atol(argv[4]);
    if (threads < 1 || count < 1) fail("usage", "COUNT and THREADS are at least 1");
    open_export(argv[1], argv[2]);
    replay(count / 10 + 1, threads); /* warms up */
    double before = megabytes();
    printf("\n");
    replay(count, threads);
    printf(" %.1f %.1f\n", before, megabytes());
    close_export();
    return 0;
  }
  if (argc < 4 || argc % 3 != 1) fail("usage", "VERSION REQUESTS ANSWERS ..., or VERSION REQUESTS - COUNT THREADS");
  for (int each = 1; each < argc; each += 3) {
    open_export(argv[each], argv[each + 1]);
    write_answers(argv[each + 2]);
    close_export();
  }
  return 0;
}

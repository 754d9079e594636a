/* Linked with --wrap for every function that allocates: the library must call none. Also, both files include the header. */
#include <lark_event.h>
#include <lark_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int calls = 0;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
int __real_posix_memalign(void **memory, size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size);

void *__wrap_malloc(size_t size) { return calls++, __real_malloc(size); }
void *__wrap_calloc(size_t count, size_t size) { return calls++, __real_calloc(count, size); }
void *__wrap_realloc(void *memory, size_t size) { return calls++, __real_realloc(memory, size); }
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size) {
    return calls++, __real_posix_memalign(memory, alignment, size);
}

static LarkEnvelope envelope;
static char out[1 << 16];

int main(int argc, char **argv) {
    static uint8_t body[1 << 16];
    LarkError error;
    size_t len;
    free(malloc((size_t)argc)); /* the counter counts */
    if (calls == 0) {
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (file == NULL) {
            return 3;
        }
        len = fread(body, 1, sizeof body, file);
        fclose(file);
        calls = 0;
        lark_decode(body, len, &envelope, &error);
        lark_decode_as(body, len, "corehr.process.node.updated_v2", &envelope, &error);
        lark_to_json(&envelope, out, sizeof out, NULL, NULL);
        lark_decode(body, len / 2, &envelope, &error);
        lark_error_message(&error, out, sizeof out);
        lark_error_field(&error, out, sizeof out);
        lark_event_type_tag(lark_event_type_name(LARK_EVENT_JOB_CHANGE_UPDATED));
        lark_value_name(LARK_EVENT_PROCESS_UPDATED, "status", 1);
        if (calls != 0) {
            fprintf(stderr, "%s: %d calls\n", argv[i], calls);
            return 1;
        }
    }
    return 0;
}

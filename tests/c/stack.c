/* How much stack a call takes, by the nesting of its input: each runs in a thread whose stack has been painted before. */
#define _POSIX_C_SOURCE 200809L
#include <lark_event.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STACK (256 * 1024)
#define PAINT 0xa5

static LarkEnvelope envelope;
static LarkItem item;
static char *document;
static size_t len;
static LarkErrorKind result;

static const uint8_t *bytes(void) {
    return (const uint8_t *)document;
}

static void *nothing(void *unused) {
    return unused;
}

static void *decode(void *unused) {
    result = lark_decode(bytes(), len, &envelope, NULL);
    return unused;
}

static void *look_up(void *unused) {
    LarkJson value;
    result = lark_json_pointer(bytes(), len, "/event/none", &value, NULL);
    return unused;
}

static void *look_up_deep(void *unused) {
    LarkJson value;
    result = lark_json_pointer(bytes(), len, "/event/sub_events/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/a/a/a/a", &value, NULL);
    return unused;
}

/* Decodes what can be decoded, and reads the objects of its list and writes it. */
static void *decode_and_more(void *unused) {
    char out[64];
    result = lark_decode(bytes(), len, &envelope, NULL);
    LarkObjectList list = envelope.event.company_updated.sub_events;
    while (lark_next_item(bytes(), len, &list, &item, NULL)) {
    }
    lark_to_json(&envelope, out, sizeof out, NULL, NULL);
    return unused;
}

/* The bytes of its stack that a thread has used. */
static size_t used(void *(*run)(void *)) {
    static unsigned char *stack;
    pthread_attr_t attributes;
    pthread_t thread;
    size_t untouched = 0;
    if (stack == NULL && posix_memalign((void **)&stack, 4096, STACK) != 0) {
        exit(2);
    }
    memset(stack, PAINT, STACK);
    if (pthread_attr_init(&attributes) != 0 || pthread_attr_setstack(&attributes, stack, STACK) != 0 ||
        pthread_create(&thread, &attributes, run, NULL) != 0 || pthread_join(thread, NULL) != 0) {
        exit(2);
    }
    pthread_attr_destroy(&attributes);
    while (untouched < STACK && stack[untouched] == PAINT) {
        untouched++;
    }
    return STACK - untouched;
}

/* A document with that many levels where the mark `%` is. */
static void make(const char *around, const char *opening, const char *inner, const char *closing, size_t depth) {
    const char *mark = strchr(around, '%');
    size_t before = (size_t)(mark - around), open = strlen(opening), close = strlen(closing);
    free(document);
    document = malloc(strlen(around) + depth * (open + close) + strlen(inner) + 1);
    char *at = document;
    memcpy(at, around, before);
    at += before;
    for (size_t i = 0; i < depth; i++, at += open) {
        memcpy(at, opening, open);
    }
    at += sprintf(at, "%s", inner);
    for (size_t i = 0; i < depth; i++, at += close) {
        memcpy(at, closing, close);
    }
    at += sprintf(at, "%s", mark + 1);
    len = (size_t)(at - document);
}

#define HEADER "{\"schema\":\"2.0\",\"header\":{\"event_type\":\"corehr.company.updated_v2\"},\"event\":"

static const struct {
    const char *name, *text;
} places[] = {
    {"unknown member", HEADER "{\"unknown\":%}}"},
    {"text", HEADER "{\"company_id\":%}}"},
    {"list of objects", HEADER "{\"sub_events\":%}}"},
    {"in an object", HEADER "{\"sub_events\":[{\"id\":\"1\",\"unknown\":%,\"entity\":[1]}]}}"},
    {"list of texts", HEADER "{\"field_changes\":[\"a\",%]}}"},
    {"before the header", "{\"event\":{\"company_id\":%},\"header\":{\"event_type\":\"corehr.company.updated_v2\"}}"},
    {"event", HEADER "%}"},
    {"all of it", "%"},
};
static const struct {
    const char *opening, *inner, *closing;
} shapes[] = {{"[", "", "]"}, {"{\"a\":", "1", "}"}, {"[{\"a\":", "[]", "}]"}, {"[", "", ""}, {"{\"a\\u0062\":", "", ""}};
static const struct {
    const char *name;
    void *(*run)(void *);
} calls[] = {{"decode", decode}, {"pointer", look_up}, {"deep_pointer", look_up_deep}, {"decode_and_more", decode_and_more}};
static const size_t depths[] = {1, 10, 25, 100, 100000, 1000000};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* One line for each call and depth: the most that any document of that depth takes. */
int main(void) {
    size_t idle = used(nothing);
    for (size_t call = 0; call < COUNT(calls); call++) {
        for (size_t depth = 0; depth < COUNT(depths); depth++) {
            size_t most = 0;
            for (size_t place = 0; place < COUNT(places); place++) {
                for (size_t shape = 0; shape < COUNT(shapes); shape++) {
                    make(places[place].text, shapes[shape].opening, shapes[shape].inner, shapes[shape].closing, depths[depth]);
                    size_t taken = used(calls[call].run);
                    most = taken > most ? taken : most;
                    if (depths[depth] >= 100 && result != LARK_ERROR_KIND_TOO_DEEP) {
                        fprintf(stderr, "%s, %zu levels: %d\n", places[place].name, depths[depth], (int)result);
                        return 1;
                    }
                }
            }
            printf("%s %zu %zu\n", calls[call].name, depths[depth], most - idle);
        }
    }
    return 0;
}

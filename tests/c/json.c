/* Lookups by JSON Pointer: what is found, what is wrong, and what a careless caller may do. */
#include <lark_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define ARGUMENT LARK_ERROR_KIND_INVALID_ARGUMENT
#define DUPLICATE LARK_ERROR_KIND_DUPLICATE

static const char document[] =
    " {\"null\": null, \"yes\": true, \"no\": false, \"max\": 9223372036854775807, \"min\": -9223372036854775808,"
    " \"more\": 9223372036854775808, \"real\": 1.0, \"zero\": 0, \"text\": \"a\\u6d41\\/\\u0000b\", \"empty\": \"\","
    " \"array\": [7, [ ]], \"object\": {\"a/b\": {\"m~n\": 8}, \"\\u6d41\": 9}} ";
static LarkError error;
static LarkJson value;
static char out[64];

/* Looks into memory with nothing behind it, so that a tool sees who reads on. */
static LarkErrorKind find(const char *json, const char *pointer) {
    static char *copy = NULL;
    size_t len = strlen(json);
    free(copy);
    copy = malloc(len > 0 ? len : 1);
    memcpy(copy, json, len);
    memset(&value, 0xff, sizeof value);
    LarkErrorKind kind = lark_json_pointer((const uint8_t *)copy, len, pointer, &value, &error);
    CHECK(kind == error.kind);
    return kind;
}

static bool is_none(void) {
    static const LarkJson none;
    return memcmp(&value, &none, sizeof none) == 0;
}

static bool has(LarkJsonKind kind, const char *json) {
    return value.kind == kind && value.len == strlen(json) && memcmp(value.data, json, value.len) == 0;
}

static void values(void) {
    size_t len;
    CHECK(find(document, "/null") == 0 && has(LARK_JSON_KIND_NULL, "null") && !value.boolean && !value.is_integer);
    CHECK(find(document, "/yes") == 0 && has(LARK_JSON_KIND_BOOLEAN, "true") && value.boolean);
    CHECK(find(document, "/no") == 0 && has(LARK_JSON_KIND_BOOLEAN, "false") && !value.boolean);
    CHECK(find(document, "/max") == 0 && has(LARK_JSON_KIND_NUMBER, "9223372036854775807"));
    CHECK(value.is_integer && value.integer == INT64_MAX);
    CHECK(find(document, "/min") == 0 && value.is_integer && value.integer == INT64_MIN);
    CHECK(find(document, "/more") == 0 && has(LARK_JSON_KIND_NUMBER, "9223372036854775808"));
    CHECK(!value.is_integer && value.integer == 0);
    CHECK(find(document, "/real") == 0 && has(LARK_JSON_KIND_NUMBER, "1.0") && !value.is_integer);
    CHECK(find(document, "/zero") == 0 && value.is_integer && value.integer == 0);
    CHECK(find(document, "/text") == 0 && has(LARK_JSON_KIND_STRING, "\"a\\u6d41\\/\\u0000b\""));
    CHECK(lark_json_text(&value, out, sizeof out, &len, &error) == 0 && error.kind == 0);
    CHECK(len == 7 && memcmp(out, "a\xe6\xb5\x81/\0b", 8) == 0);
    CHECK(find(document, "/empty") == 0 && lark_json_text(&value, out, 1, &len, NULL) == 0 && len == 0 && out[0] == 0);
    CHECK(find(document, "/array") == 0 && has(LARK_JSON_KIND_ARRAY, "[7, [ ]]"));
    CHECK(find(document, "/array/1") == 0 && has(LARK_JSON_KIND_ARRAY, "[ ]"));
    CHECK(find(document, "/object/a~1b/m~0n") == 0 && value.integer == 8);
    CHECK(find(document, "/object/\xe6\xb5\x81") == 0 && value.integer == 9);
    CHECK(find(document, "/object") == 0 && value.kind == LARK_JSON_KIND_OBJECT);
    /* On from there, with the same value. */
    CHECK(lark_json_pointer(value.data, value.len, "/a~1b", &value, &error) == 0 && has(LARK_JSON_KIND_OBJECT, "{\"m~n\": 8}"));
    CHECK(find(document, "") == 0 && value.kind == LARK_JSON_KIND_OBJECT && value.len == strlen(document) - 2);
}

static void nothing(void) {
    static const char *const absent[] = {"/a", "/", "/array/2", "/array/-", "/array/00", "/null/a", "/text/0", "/zero/"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) {
        CHECK(find(document, absent[i]) == 0 && is_none());
    }
    CHECK(find("{\"a\": 1, \"a\": 2}", "/a") == DUPLICATE && error.offset == 9 && is_none());
    CHECK(find("{\"a\": 1, \"a\": 2}", "/b") == 0 && is_none());
    CHECK(find("{\"a\": 1, \"b\": tru}", "/a") == LARK_ERROR_KIND_INVALID_LITERAL && error.offset == 17 && is_none());
    CHECK(find("{\"a\": 1} x", "/a") == LARK_ERROR_KIND_TRAILING_BYTES && error.offset == 9 && is_none());
    CHECK(find("", "") == LARK_ERROR_KIND_UNEXPECTED_END && is_none());
    CHECK(find(document, "null") == ARGUMENT && is_none());
    CHECK(find(document, "/~2") == ARGUMENT && find(document, "/~") == ARGUMENT && is_none());
    CHECK(find(document, "/\xff") == ARGUMENT && is_none());
    CHECK(find(document, NULL) == ARGUMENT && is_none());
}

static void arguments(void) {
    const uint8_t *json = (const uint8_t *)document;
    size_t len = strlen(document), text_len = 1;
    LarkJson *misaligned = (LarkJson *)(void *)((char *)&value + 1);
    CHECK(lark_json_pointer(json, len, "/yes", NULL, &error) == ARGUMENT && error.kind == ARGUMENT);
    CHECK(lark_json_pointer(json, len, "/yes", misaligned, NULL) == ARGUMENT);
    CHECK(lark_json_pointer(json, len, "/yes", &value, NULL) == 0 && value.boolean);
    CHECK(lark_json_pointer(NULL, 1, "/yes", &value, &error) == ARGUMENT && is_none());
    CHECK(lark_json_pointer(json, SIZE_MAX, "/yes", &value, &error) == ARGUMENT && is_none());
    CHECK(lark_json_pointer(NULL, 0, "/yes", &value, &error) == LARK_ERROR_KIND_UNEXPECTED_END && is_none());
    CHECK(lark_json_text(&value, out, sizeof out, &text_len, &error) == ARGUMENT && text_len == 0 && out[0] == 0);
    CHECK(lark_json_text(NULL, out, sizeof out, NULL, NULL) == ARGUMENT);
    CHECK(lark_json_text(misaligned, out, sizeof out, NULL, &error) == ARGUMENT && error.kind == ARGUMENT);
    CHECK(lark_json_pointer(json, len, "/zero", &value, NULL) == 0 && lark_json_text(&value, out, 9, NULL, NULL) == ARGUMENT);
    CHECK(lark_json_pointer(json, len, "/text", &value, NULL) == 0);
    CHECK(lark_json_text(&value, NULL, 9, &text_len, NULL) == ARGUMENT && text_len == 0);
    /* A value that something else has written to. */
    static const char *const broken[] = {"", "\"", "\"a", "\"a\"b", "\"\\x\"", "7", "\"\xff\""};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        value.data = (const uint8_t *)broken[i];
        value.len = strlen(broken[i]);
        CHECK(lark_json_text(&value, out, sizeof out, &text_len, NULL) == ARGUMENT && text_len == 0 && out[0] == 0);
    }
    value.data = NULL;
    CHECK(lark_json_text(&value, out, sizeof out, NULL, NULL) == ARGUMENT);
    value.kind = -1;
    CHECK(lark_json_text(&value, out, sizeof out, NULL, NULL) == ARGUMENT);
}

static void small_buffers(void) {
    size_t needed, len;
    CHECK(find("\"a\\u6d41\\ud83d\\ude00\\n\"", "") == 0);
    CHECK(lark_json_text(&value, NULL, 0, &needed, &error) == LARK_ERROR_KIND_BUFFER_FULL && needed == 9);
    CHECK(needed < value.len && error.kind == LARK_ERROR_KIND_BUFFER_FULL);
    for (size_t cap = 0; cap <= value.len; cap++) {
        char *exact = malloc(cap > 0 ? cap : 1);
        LarkErrorKind kind = lark_json_text(&value, exact, cap, &len, NULL);
        CHECK(len == needed);
        if (cap > needed) {
            CHECK(kind == 0 && strcmp(exact, "a\xe6\xb5\x81\xf0\x9f\x98\x80\n") == 0);
        } else {
            CHECK(kind == LARK_ERROR_KIND_BUFFER_FULL && (cap == 0 || exact[0] == 0));
        }
        free(exact);
    }
    CHECK(lark_json_text(&value, out, 3, NULL, NULL) == LARK_ERROR_KIND_BUFFER_FULL && memcmp(out, "\0\0\0", 3) == 0);
}

int main(void) {
    values();
    nothing();
    arguments();
    small_buffers();
    return failures == 0 ? 0 : 1;
}

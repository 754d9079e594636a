/* What a careless caller may do: every line must give the status it states, and no tool may see a wrong access. */
#include <lark_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static const char good[] = "{\"schema\":\"2.0\",\"header\":{\"event_id\":\"e1\",\"event_type\":\"corehr.job_change.updated_v2\"},"
                           "\"event\":{\"status\":4,\"operate_reason\":\"r\",\"updated_fields\":[\"a\",\"bc\"]}}";
#define BODY ((const uint8_t *)good)
#define LEN (sizeof good - 1)
#define ARGUMENT LARK_ERROR_KIND_INVALID_ARGUMENT

static LarkEnvelope envelope;
static LarkError error;
static char out[4096];

static void pointers(void) {
    size_t len = 1;
    CHECK(lark_decode(BODY, LEN, NULL, &error) == ARGUMENT && error.kind == ARGUMENT);
    CHECK(lark_decode(BODY, LEN, NULL, NULL) == ARGUMENT);
    CHECK(lark_decode(BODY, LEN, &envelope, NULL) == 0);
    CHECK(lark_decode(NULL, 1, &envelope, &error) == ARGUMENT && envelope.event.tag == LARK_EVENT_NONE);
    CHECK(lark_decode(NULL, 0, &envelope, &error) == LARK_ERROR_KIND_UNEXPECTED_END && error.offset == 0);
    CHECK(lark_decode(BODY, 0, &envelope, &error) == LARK_ERROR_KIND_UNEXPECTED_END);
    CHECK(lark_decode(BODY, SIZE_MAX, &envelope, &error) == ARGUMENT);
    CHECK(lark_decode(BODY, LEN, (LarkEnvelope *)(void *)((char *)&envelope + 1), &error) == ARGUMENT);
    CHECK(lark_decode_as(BODY, LEN, NULL, &envelope, &error) == ARGUMENT);
    CHECK(lark_decode_as(BODY, LEN, "nothing", &envelope, &error) == LARK_ERROR_KIND_UNKNOWN_EVENT_TYPE);
    CHECK(lark_decode_as(BODY, LEN, "\xff", &envelope, &error) == LARK_ERROR_KIND_UNKNOWN_EVENT_TYPE);
    CHECK(lark_decode_as(BODY, LEN, "corehr.process.cc.updated_v2", &envelope, &error) == 0);
    CHECK(envelope.event.tag == LARK_EVENT_JOB_CHANGE_UPDATED); /* the body's own type wins */
    CHECK(lark_to_json(NULL, out, sizeof out, &len, &error) == ARGUMENT && len == 0 && out[0] == 0);
    CHECK(lark_to_json(&envelope, NULL, 0, &len, &error) == ARGUMENT);
    CHECK(lark_to_json(&envelope, out, sizeof out, NULL, NULL) == 0 && strlen(out) > 100);
    CHECK(lark_error_message(NULL, out, sizeof out) == 0 && out[0] == 0);
    CHECK(lark_error_field(NULL, NULL, 0) == 0);
    CHECK(lark_event_type_tag(NULL) == 0 && lark_event_type_tag("") == 0);
    CHECK(lark_value_name(LARK_EVENT_JOB_CHANGE_UPDATED, NULL, 1) == NULL);
}

static void names(void) {
    CHECK(strcmp(lark_version(), LARK_EVENT_VERSION) == 0);
    CHECK(strcmp(lark_event_type_name(LARK_EVENT_PROCESS_UPDATED), "corehr.process.updated_v2") == 0);
    CHECK(lark_event_type_tag("corehr.process.updated_v2") == LARK_EVENT_PROCESS_UPDATED);
    CHECK(lark_event_type_name(LARK_EVENT_NONE) == NULL && lark_event_type_name(UINT32_MAX) == NULL);
    CHECK(strcmp(lark_value_name(LARK_EVENT_PROCESS_UPDATED, "status", 9), "COMPLETED") == 0);
    CHECK(lark_value_name(LARK_EVENT_PROCESS_UPDATED, "status", 3) == NULL);
    CHECK(lark_value_name(LARK_EVENT_PROCESS_UPDATED, "process_id", 1) == NULL);
    CHECK(strcmp(lark_value_name(LARK_EVENT_COMPANY_UPDATED, "sub_events.opt_type", 3), "DELETED") == 0);
    CHECK(lark_value_name(LARK_EVENT_COMPANY_UPDATED, "sub_events.opt_type", 0) == NULL);
    CHECK(lark_value_name(LARK_EVENT_COMPANY_UPDATED, "sub_events", 3) == NULL);
    CHECK(lark_value_name(LARK_EVENT_COMPANY_UPDATED, "opt_type", 3) == NULL);
    CHECK(lark_value_name(LARK_EVENT_COMPANY_UPDATED, "sub_events.opt", 3) == NULL);
    CHECK(lark_value_name(LARK_EVENT_COMPANY_UPDATED, "sub_events.opt_type.opt_type", 3) == NULL);
    CHECK(lark_value_name(LARK_EVENT_COMPANY_UPDATED, "", 3) == NULL && lark_value_name(0, "status", 9) == NULL);
    CHECK(lark_value_name(LARK_EVENT_COMPANY_UPDATED, "\xff", 3) == NULL);
    CHECK(strcmp(lark_error_kind_name(LARK_ERROR_KIND_CAPACITY), "CAPACITY") == 0);
    CHECK(lark_error_kind_name(0) == NULL && lark_error_kind_name(-1) == NULL);
    CHECK(strcmp(lark_schema_name(LARK_SCHEMA_V2), "V2") == 0 && lark_schema_name(99) == NULL);
}

static bool has_field(uint32_t tag, const char *parent, size_t index, LarkField *field) {
    memset(field, 0x5a, sizeof *field);
    bool found = lark_event_type_field(tag, parent, index, field);
    LarkField none = {0};
    /* Where there is none, all of it is zero. */
    CHECK(found ? field->kind != LARK_FIELD_KIND_NONE : memcmp(field, &none, sizeof none) == 0);
    return found;
}

static void registry(void) {
    LarkField field;
    uint32_t tag = LARK_EVENT_PRE_HIRE_ONBOARDING_TASK_CHANGED, count = 0;
    for (uint32_t known = 0; (known = lark_event_type_next(known)) != 0 && count < 1000; count++) {
        CHECK(lark_event_type_tag(lark_event_type_name(known)) == known && lark_event_type_family(known) != NULL);
    }
    CHECK(count >= 75 && lark_event_type_next(0) == LARK_EVENT_URL_VERIFICATION && lark_event_type_next(UINT32_MAX) == 0);
    CHECK(strcmp(lark_event_type_family(tag), "pre_hire") == 0 && strstr(lark_event_type_doc(tag), "onboarding") != NULL);
    CHECK(lark_event_type_family(LARK_EVENT_NONE) == NULL && lark_event_type_family(UINT32_MAX) == NULL);
    CHECK(lark_event_type_doc(LARK_EVENT_UNKNOWN) == NULL);
    CHECK(has_field(tag, NULL, 0, &field) && strcmp(field.name, "tenant_id") == 0 && field.max_bytes == 63);
    CHECK(field.kind == LARK_FIELD_KIND_TEXT && field.type_name == NULL && strstr(field.doc, "CoreHR") != NULL);
    CHECK(has_field(tag, "", 2, &field) && field.kind == LARK_FIELD_KIND_OBJECT_LIST);
    CHECK(strcmp(field.type_name, "PreHireOnboardingTaskChange") == 0);
    CHECK(has_field(tag, "onboarding_task_changes", 0, &field) && strcmp(field.name, "after_status") == 0);
    CHECK(strcmp(field.type_name, "PreHireOnboardingTaskStatus") == 0);
    CHECK(has_field(tag, "flow_info.name", 1, &field) && !has_field(tag, "flow_info.name", 2, &field));
    CHECK(!has_field(tag, "tenant_id", 0, &field) && !has_field(tag, "flow_info.", 0, &field));
    CHECK(!has_field(tag, ".", 0, &field) && !has_field(tag, "event", 0, &field) && !has_field(tag, "\xff", 0, &field));
    CHECK(!has_field(tag, NULL, SIZE_MAX, &field) && !has_field(LARK_EVENT_UNKNOWN, NULL, 0, &field));
    CHECK(!lark_event_type_field(tag, NULL, 0, NULL));
    CHECK(!lark_event_type_field(tag, NULL, 0, (LarkField *)(void *)((char *)&field + 1)));
    CHECK(has_field(LARK_EVENT_JOB_CHANGE_UPDATED, NULL, 10, &field) && field.kind == LARK_FIELD_KIND_TEXT_LIST);
    CHECK(field.max_items == 200 && field.max_bytes == 6400);
    CHECK(has_field(LARK_EVENT_PROCESS_UPDATED, NULL, 1, &field) && field.kind == LARK_FIELD_KIND_ENUM);
    CHECK(strcmp(field.type_name, "ProcessStatus") == 0 && field.max_bytes == 0 && field.max_items == 0);
}

static void small_buffers(void) {
    size_t full, len;
    char whole[4096];
    CHECK(lark_decode(BODY, LEN, &envelope, &error) == 0);
    CHECK(lark_to_json(&envelope, whole, sizeof whole, &full, &error) == 0 && full == strlen(whole));
    for (size_t cap = 0; cap <= full + 1; cap++) {
        char *exact = malloc(cap > 0 ? cap : 1); /* so that a tool sees the byte behind it */
        LarkErrorKind kind = lark_to_json(&envelope, exact, cap, &len, &error);
        if (cap == full + 1) {
            CHECK(kind == 0 && len == full && strcmp(exact, whole) == 0);
        } else {
            CHECK(kind == LARK_ERROR_KIND_BUFFER_FULL && len == 0 && (cap == 0 || exact[0] == 0));
        }
        free(exact);
    }
    CHECK(lark_decode((const uint8_t *)"{\"a\":1", 6, &envelope, &error) == LARK_ERROR_KIND_UNEXPECTED_END);
    full = lark_error_message(&error, NULL, 0);
    for (size_t cap = 0; cap <= full + 1; cap++) {
        char *exact = malloc(cap > 0 ? cap : 1);
        CHECK(lark_error_message(&error, exact, cap) == full);
        CHECK(cap == 0 || strlen(exact) == cap - 1);
        free(exact);
    }
}

/* An envelope that something else has written to. */
static void broken_memory(void) {
    for (int byte = 0; byte < 256; byte += 51) {
        memset(&envelope, byte, sizeof envelope);
        if (byte != 0) {
            CHECK(lark_to_json(&envelope, out, sizeof out, NULL, &error) == ARGUMENT && out[0] == 0);
        }
        CHECK(lark_decode(BODY, LEN, &envelope, &error) == 0);
        CHECK(lark_to_json(&envelope, out, sizeof out, NULL, &error) == 0);
        CHECK(lark_decode((const uint8_t *)"x", 1, &envelope, &error) != 0 && envelope.event.tag == LARK_EVENT_NONE);
        CHECK(!envelope.header.event_id.present && envelope.header.event_id.len == 0);
        CHECK(envelope.header.event_id.data[0] == 0 && envelope.schema == LARK_SCHEMA_NONE);
    }
    CHECK(lark_decode(BODY, LEN, &envelope, &error) == 0);
    envelope.event.job_change_updated.operate_reason.len = UINT16_MAX;
    CHECK(lark_to_json(&envelope, out, sizeof out, NULL, &error) == ARGUMENT);
    CHECK(lark_decode(BODY, LEN, &envelope, &error) == 0);
    envelope.event.job_change_updated.operate_reason.data[0] = (char)0xff;
    CHECK(lark_to_json(&envelope, out, sizeof out, NULL, &error) == ARGUMENT);
    CHECK(lark_decode(BODY, LEN, &envelope, &error) == 0);
    envelope.event.job_change_updated.operate_reason.data[envelope.event.job_change_updated.operate_reason.len] = 'x';
    CHECK(lark_to_json(&envelope, out, sizeof out, NULL, &error) == ARGUMENT);
    CHECK(lark_decode(BODY, LEN, &envelope, &error) == 0);
    envelope.event.job_change_updated.updated_fields.data[envelope.event.job_change_updated.updated_fields.offsets[1] - 1] = 'x';
    CHECK(lark_to_json(&envelope, out, sizeof out, NULL, &error) == ARGUMENT);
    CHECK(lark_decode(BODY, LEN, &envelope, &error) == 0);
    envelope.event.job_change_updated.updated_fields.offsets[1] = 60000;
    CHECK(lark_to_json(&envelope, out, sizeof out, NULL, &error) == ARGUMENT);
    CHECK(lark_decode(BODY, LEN, &envelope, &error) == 0);
    envelope.event.job_change_updated.updated_fields.count = UINT16_MAX;
    CHECK(lark_to_json(&envelope, out, sizeof out, NULL, &error) == ARGUMENT);
    CHECK(lark_decode(BODY, LEN, &envelope, &error) == 0);
    envelope.header.event_id.len = UINT16_MAX;
    CHECK(lark_to_json(&envelope, out, sizeof out, NULL, &error) == ARGUMENT);
    CHECK(lark_decode(BODY, LEN, &envelope, &error) == 0);
    for (LarkSchema schema = -1; schema <= LARK_SCHEMA_HEADLESS + 1; schema++) {
        int fits = schema == LARK_SCHEMA_V2 || schema == LARK_SCHEMA_HEADLESS;
        envelope.schema = schema;
        CHECK(lark_to_json(&envelope, out, sizeof out, NULL, &error) == (fits ? 0 : ARGUMENT) && !out[0] == !fits);
    }
    envelope.event.tag = UINT32_MAX;
    CHECK(lark_to_json(&envelope, out, sizeof out, NULL, &error) == ARGUMENT);
    CHECK(lark_decode(BODY, LEN, &envelope, &error) == 0 && envelope.event.tag == LARK_EVENT_JOB_CHANGE_UPDATED);
    memset(&error, 0xff, sizeof error);
    CHECK(lark_error_message(&error, out, sizeof out) < sizeof out);
    CHECK(lark_error_field(&error, out, sizeof out) < sizeof out);
}

/* An object is as sound as what is in it. */
static void broken_object(void) {
    static const char text[] = "{\"header\":{\"event_type\":\"corehr.common_data.id.user_mapping_changed_v1\"},"
                               "\"event\":{\"feishu_id\":{\"open_id\":\"o\"}}}";
    LarkText_64 *open_id = &envelope.event.common_data_id_user_mapping_changed.feishu_id.value.open_id;
    for (int broken = 0; broken <= 1; broken++) {
        CHECK(lark_decode((const uint8_t *)text, sizeof text - 1, &envelope, &error) == 0);
        open_id->len = broken ? UINT16_MAX : open_id->len;
        CHECK(lark_to_json(&envelope, out, sizeof out, NULL, &error) == (broken ? ARGUMENT : 0));
        CHECK((strstr(out, "open_id") == NULL) == broken);
    }
}

int main(void) {
    pointers();
    names();
    registry();
    small_buffers();
    broken_memory();
    broken_object();
    return failures == 0 ? 0 : 1;
}

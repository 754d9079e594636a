/*
 * Reads the body of one event from a file or standard input and prints it.
 *
 *     cc -std=c99 decode.c $(pkg-config --cflags --libs lark_event) -o decode
 */
#include <inttypes.h>
#include <lark_event.h>
#include <stdio.h>
#include <string.h>

/* Static memory, as a firmware would have it; all bytes zero is a valid envelope. */
static LarkEnvelope envelope;
static LarkItem item;
static uint8_t body[1 << 20];
static size_t len;
static char json[1 << 16];

static const char usage[] = "usage: decode [--event-type TYPE] [FILE]\n"
                            "\n"
                            "Prints the event in FILE (or in standard input).\n"
                            "\n"
                            "  --event-type TYPE  event type of a body that names none\n"
                            "  --help             this text\n"
                            "\n"
                            "Exit status: 0 if the event was decoded, 1 if it was bad, 2 if the command line was.\n";

/* Works for every LarkText_N. */
#define PRINT_TEXT(name, text)                                                                                         \
    do {                                                                                                               \
        if ((text).present) {                                                                                          \
            printf("  %-20s %s\n", name, (text).data);                                                                 \
        }                                                                                                              \
    } while (0)

/* Works for every LarkOpt_T of an enum. */
#define PRINT_VALUE(name, number)                                                                                      \
    do {                                                                                                               \
        if ((number).present) {                                                                                        \
            print_value(name, (number).value);                                                                         \
        }                                                                                                              \
    } while (0)

static void print_value(const char *field, int32_t value) {
    const char *name = lark_value_name(envelope.event.tag, field, value);
    printf("  %-20s %s (%" PRId32 ")\n", field, name != NULL ? name : "another value", value);
}

static void print_header(const LarkHeader *header) {
    PRINT_TEXT("event_id", header->event_id);
    PRINT_TEXT("event_type", header->event_type);
    if (header->create_time.present) {
        printf("  %-20s %" PRIu64 "\n", "create_time", header->create_time.value);
    }
    PRINT_TEXT("app_id", header->app_id);
    PRINT_TEXT("tenant_key", header->tenant_key);
}

static void print_job_change(const LarkJobChangeUpdated *event) {
    PRINT_TEXT("job_change_id", event->job_change_id);
    PRINT_TEXT("employment_id", event->employment_id);
    PRINT_VALUE("status", event->status);
    PRINT_VALUE("transfer_type", event->transfer_type);
    PRINT_TEXT("operate_reason", event->operate_reason);
    for (uint16_t i = 0; i < event->updated_fields.count; i++) {
        printf("  %-20s %s\n", "updated_fields", event->updated_fields.data + event->updated_fields.offsets[i]);
    }
}

/* An object in an event can be absent. */
static void print_user(const char *name, const LarkObject_UserId *user) {
    if (user->present) {
        printf("  %s\n", name);
        PRINT_TEXT("  user_id", user->value.user_id);
        PRINT_TEXT("  open_id", user->value.open_id);
        PRINT_TEXT("  union_id", user->value.union_id);
    }
}

/* A list of objects is in the body, and is read one object at a time. */
static void print_company(const LarkCompanyUpdated *event) {
    LarkObjectList list = event->sub_events;
    PRINT_TEXT("company_id", event->company_id);
    while (lark_next_item(body, len, &list, &item, NULL)) {
        printf("  sub_events\n");
        PRINT_TEXT("  id", item.sub_event.id);
        PRINT_TEXT("  entity", item.sub_event.entity);
        if (item.sub_event.opt_type.present) {
            print_value("sub_events.opt_type", item.sub_event.opt_type.value);
        }
    }
}

static void print_event(const LarkEvent *event) {
    switch (event->tag) {
    case LARK_EVENT_PROCESS_UPDATED:
        PRINT_TEXT("process_id", event->process_updated.process_id);
        PRINT_VALUE("status", event->process_updated.status);
        PRINT_TEXT("biz_type", event->process_updated.biz_type);
        PRINT_TEXT("flow_definition_id", event->process_updated.flow_definition_id);
        PRINT_VALUE("properties", event->process_updated.properties);
        break;
    case LARK_EVENT_JOB_CHANGE_UPDATED:
        print_job_change(&event->job_change_updated);
        break;
    case LARK_EVENT_COMPANY_UPDATED:
        print_company(&event->company_updated);
        break;
    case LARK_EVENT_EMPLOYMENT_CREATED:
        PRINT_TEXT("employment_id", event->employment_created.employment_id);
        print_user("target_user_id", &event->employment_created.target_user_id);
        break;
    default: /* the others as JSON: that of the struct, or where there is none or a list in it, that of the body */
        if (lark_to_json(&envelope, json, sizeof json, NULL, NULL) == 0) {
            printf("  %s\n", json);
        } else if (envelope.raw_event.len > 0) {
            printf("  ");
            fwrite(body + envelope.raw_event.offset, 1, envelope.raw_event.len, stdout);
            printf("\n");
        }
    }
}

static int decode(const char *name, FILE *file, const char *event_type) {
    LarkError error;
    LarkErrorKind kind;
    len = fread(body, 1, sizeof body, file);
    if (ferror(file)) {
        fprintf(stderr, "%s: cannot be read\n", name);
        return 1;
    }
    if (len == sizeof body) {
        fprintf(stderr, "%s: expected less than %zu bytes, found more\n", name, sizeof body);
        return 1;
    }
    if (event_type != NULL) {
        kind = lark_decode_as(body, len, event_type, &envelope, &error);
    } else {
        kind = lark_decode(body, len, &envelope, &error);
    }
    if (kind != 0) {
        char message[256];
        lark_error_message(&error, message, sizeof message);
        fprintf(stderr, "%s:%" PRIu32 ": %s\n", name, error.offset, message);
    }
    /* With one bad field everything else is there. */
    if (kind == 0 || (kind >= 100 && kind < 200)) {
        const char *type = lark_event_type_name(envelope.event.tag);
        printf("%s: %s\n", name, type != NULL ? type : "another event");
        print_header(&envelope.header);
        print_event(&envelope.event);
    }
    return kind == 0 ? 0 : 1;
}

int main(int argc, char **argv) {
    const char *event_type = NULL;
    const char *name = NULL;
    FILE *file = stdin;
    int status;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            return 0;
        }
        if (strcmp(argv[i], "--event-type") == 0 && i + 1 < argc && event_type == NULL) {
            event_type = argv[++i];
        } else if (argv[i][0] != '-' && name == NULL) {
            name = argv[i];
        } else {
            fputs(usage, stderr);
            return 2;
        }
    }
    if (event_type != NULL && lark_event_type_tag(event_type) == 0) {
        fprintf(stderr, "decode: %s is not a known event type\n", event_type);
        return 2;
    }
    if (name != NULL && (file = fopen(name, "rb")) == NULL) {
        fprintf(stderr, "%s: cannot be opened\n", name);
        return 1;
    }
    status = decode(name != NULL ? name : "-", file, event_type);
    if (file != stdin) {
        fclose(file);
    }
    if (fflush(stdout) != 0) {
        fputs("decode: the output cannot be written\n", stderr);
        return 1;
    }
    return status;
}

/*
 * What the examples do with an event: print a line. Replace print_event() by what you do.
 *
 * For POSIX: the source that includes it defines _POSIX_C_SOURCE first.
 */
#ifndef EVENT_LINE_H
#define EVENT_LINE_H

#include <fcntl.h>
#include <inttypes.h>
#include <lark_event.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Whether there is a standard output. If not, what is opened next takes its place, and events would be written there. */
static int has_output(void) {
    return fcntl(STDOUT_FILENO, F_GETFD) != -1;
}

static void put_text(const char *text, size_t len) {
    putc_unlocked('\t', stdout);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == 0x7f || c == '\\') { /* a line is a line, whatever is in the event */
            fprintf(stdout, "\\x%02x", c);
        } else {
            putc_unlocked(c, stdout);
        }
    }
}

static void put_status(uint32_t tag, const char *field, bool present, int32_t value) {
    const char *name = present ? lark_value_name(tag, field, value) : NULL;
    if (name != NULL) {
        put_text(name, strlen(name));
    } else if (present) {
        fprintf(stdout, "\t%" PRId32, value);
    } else {
        put_text("-", 1);
    }
}

#define PUT(member, id, status)                                                                                        \
    do {                                                                                                               \
        put_text(event->member.id.data, event->member.id.len);                                                         \
        put_status(event->tag, #status, event->member.status.present, event->member.status.value);                     \
    } while (0)

static void put_details(const LarkEnvelope *envelope) {
    const LarkEvent *event = &envelope->event;
    switch (event->tag) {
    case LARK_EVENT_PROCESS_UPDATED:
        PUT(process_updated, process_id, status);
        break;
    case LARK_EVENT_PROCESS_STATUS_UPDATE:
        PUT(process_status_update, process_id, status);
        break;
    case LARK_EVENT_PROCESS_NODE_UPDATED:
        PUT(process_node_updated, process_id, node_status);
        break;
    case LARK_EVENT_PROCESS_APPROVER_UPDATED:
        PUT(process_approver_updated, process_id, status);
        break;
    case LARK_EVENT_PROCESS_CC_UPDATED:
        PUT(process_cc_updated, process_id, status);
        break;
    case LARK_EVENT_JOB_CHANGE_UPDATED:
        PUT(job_change_updated, job_change_id, status);
        break;
    default: /* of all others no more than their type; the JSON is in the body, where raw_event says */
        put_text("-", 1);
        put_text("-", 1);
    }
}

/* Prints one line, whatever other threads do. Once 200 has been sent the event will not come again: so the line is
 * written out before. Returns whether it was. If not, a part of the line may be in a file, where a disk is full: what
 * follows begins another line, and one that ends in "\cut" is none. A backslash within an event is never followed by that.
 */
static int print_event(const LarkEnvelope *envelope) {
    static int is_cut;
    const LarkHeader *header = &envelope->header;
    off_t before;
    int good;
    flockfile(stdout);
    before = lseek(STDOUT_FILENO, 0, SEEK_CUR); /* as a pipe has no places, it has no lines that are cut either */
    clearerr(stdout); /* that one line could not be written says nothing about the next */
    good = !is_cut || (fputs("\\cut\n", stdout) != EOF && fflush(stdout) == 0);
    if (good) {
        fputs(header->event_id.data, stdout);
        put_text(header->event_type.data, header->event_type.len);
        fprintf(stdout, "\t%" PRIu64, header->create_time.present ? header->create_time.value : 0);
        put_details(envelope);
        putc_unlocked('\n', stdout);
        good = fflush(stdout) == 0 && !ferror(stdout);
    }
    is_cut = !good && (is_cut || lseek(STDOUT_FILENO, 0, SEEK_CUR) != before);
    funlockfile(stdout);
    return good;
}

/* Event ids are the platform's, of letters and digits; one that could break a line of the output is refused. */
static int is_plain(const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (text[i] < 0x21 || text[i] > 0x7e) {
            return 0;
        }
    }
    return len > 0;
}

#endif /* EVENT_LINE_H */

/* Frames of the long connection as the platform writes them, by hand: an opinion of its own on protobuf. */
#ifndef FRAMES_H
#define FRAMES_H

#include <stdint.h>
#include <string.h>

#define FRAME_ROOM 4096

struct frame {
    uint8_t data[FRAME_ROOM];
    size_t len;
};

static inline void put(struct frame *out, const void *data, size_t len) {
    if (len > 0) {
        memcpy(out->data + out->len, data, len);
    }
    out->len += len;
}

static inline void put_number(struct frame *out, uint64_t number) {
    uint8_t byte;
    for (; number > 0x7f; number >>= 7) {
        byte = (uint8_t)(number | 0x80);
        put(out, &byte, 1);
    }
    byte = (uint8_t)number;
    put(out, &byte, 1);
}

static inline void put_bytes(struct frame *out, unsigned field, const void *data, size_t len) {
    put_number(out, field << 3 | 2);
    put_number(out, len);
    put(out, data, len);
}

static inline void put_header(struct frame *out, const char *key, const char *value) {
    static struct frame header;
    header.len = 0;
    put_bytes(&header, 1, key, strlen(key));
    put_bytes(&header, 2, value, strlen(value));
    put_bytes(out, 5, header.data, header.len);
}

/* The four fields that each frame has, and the header `type`. */
static inline void begin(struct frame *out, uint64_t seq_id, unsigned method, const char *type) {
    const uint64_t fields[] = {seq_id, 0x1122334455667788, 7, method};
    out->len = 0;
    for (unsigned i = 0; i < 4; i++) {
        put_number(out, (i + 1) << 3);
        put_number(out, fields[i]);
    }
    put_header(out, "type", type);
}

/* Part `seq` of `sum` of a message. */
static inline void data_frame(struct frame *out, const char *type, const char *message_id, const char *sum,
                              const char *seq, const char *payload, size_t len) {
    begin(out, 5, 1, type);
    put_header(out, "message_id", message_id);
    put_header(out, "sum", sum);
    put_header(out, "seq", seq);
    put_bytes(out, 8, payload, len);
}

/* The answer to a frame of data_frame(): the same with the header `biz_rt` and another payload. */
static inline void answer_to(struct frame *out, const char *type, const char *message_id, const char *sum,
                             const char *seq, const char *biz_rt, const char *payload) {
    begin(out, 5, 1, type);
    put_header(out, "message_id", message_id);
    put_header(out, "sum", sum);
    put_header(out, "seq", seq);
    put_header(out, "biz_rt", biz_rt);
    put_bytes(out, 8, payload, strlen(payload));
}

#endif /* FRAMES_H */

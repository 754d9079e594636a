/*
 * Receives events over the long connection, each exactly once, and prints them: a complete client on libwebsockets.
 *
 *     cc -std=c99 long_connection.c $(pkg-config --cflags --libs lark_event libwebsockets) -o long_connection
 *
 * It needs no public address, only the way out. Debian's package: libwebsockets-dev.
 *
 * The session says what to do, the main loop does it, and what comes of it is told to the session in the callbacks of
 * libwebsockets. All of that goes on in one thread.
 */
#define _POSIX_C_SOURCE 200809L

#include <lark_event.h>
#include <libwebsockets.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "event_line.h" /* print_event(): replace it by what you do with an event */

static const char usage[] =
    "usage: long_connection DOMAIN\n"
    "\n"
    "Receives the events of an app over the long connection and prints one line for each to standard output: event\n"
    "id, event type, time of creation, id of what it is about, and its status, with tabs between them.\n"
    "\n"
    "  DOMAIN   https://open.feishu.cn or https://open.larksuite.com; http:// for a simulated platform on 127.0.0.1\n"
    "  --help   this text\n"
    "\n"
    "The environment has the app's LARK_APP_ID and LARK_APP_SECRET. SIGINT and SIGTERM end it: it answers what it has\n"
    "begun.\n"
    "Exit status: 0 if it was ended so, 1 if it could not start, 2 if the command line was bad, 3 if the platform has\n"
    "refused the app, 4 if as many attempts to connect have failed in a row as it allows.\n";

enum {
    SECRET = 256,         /* the longest app id and secret there are */
    REPLY = 1 << 13,      /* the longest reply to the question where to connect to */
    MESSAGE = 1 << 20,    /* the longest message of the WebSocket */
    SPLIT = 1 << 21,      /* bytes of events that come in several messages */
    PARTS = 1024,         /* and their parts */
    SLOTS = 1 << 17,      /* more than the events of twelve hours; 5 MB */
    CLOSE_MS = 2000       /* how long to wait for the other side at the end */
};

static LarkSession session;
static uint8_t split[SPLIT];
static LarkPart parts[PARTS];
static LarkDedup dedup;
static LarkDedupSlot slots[SLOTS];
static LarkEndpoint endpoint;
static LarkEnvelope envelope;

/* Where the platform is, and who asks. */
static struct {
    char text[512];
    const char *host;
    int port, is_https;
    char id[SECRET], secret[SECRET];
} app;

/* The network. There is one request or one WebSocket at a time, and one message that is owed an answer. Messages for
 * libwebsockets have LWS_PRE bytes before them that it writes to. */
static struct {
    struct lws_context *context;
    struct lws *wsi; /* the request or the WebSocket; what comes from any other one is of yesterday */
    int is_open, is_to_open, is_closing;
    uint8_t request[LWS_PRE + 64 + 12 * SECRET], reply[REPLY];
    size_t request_len, reply_len;
    unsigned status;
    uint8_t message[MESSAGE];
    size_t message_len;
    int is_broken; /* the message that comes in is text, or too long */
    uint8_t ping[LWS_PRE + LARK_SESSION_PING_ROOM], answer[LWS_PRE + MESSAGE + LARK_SESSION_ANSWER_ROOM];
    size_t ping_len;
    LarkAck owed; /* to the message above; its length is 0 if nothing is owed */
    int handled;
} net;

static struct {
    unsigned long handled, duplicates, failed, unhandled, useless;
} counts;

static volatile sig_atomic_t stopping;

static uint64_t clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void report(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("long_connection: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

static void report_error(const char *what, const LarkError *error) {
    char message[256];
    lark_error_message(error, message, sizeof message);
    report("%s: %s", what, message);
}

/* ---- an event ---- */

/* Decodes an event and handles it, unless that has been done. Returns whether it needs no other delivery. */
static int handle(const uint8_t *json, size_t len) {
    LarkError error;
    LarkErrorKind kind = lark_decode(json, len, &envelope, &error);
    const char *id = envelope.header.event_id.data;
    size_t id_len = envelope.header.event_id.len;
    int good;
    if (kind != 0) {
        report_error("an event", &error);
    }
    /* With one bad field everything else is there; but without its type an event cannot be told, and without its id not
     * from its repetition. */
    if ((kind != 0 && (kind < 100 || kind >= 200)) || envelope.header.event_type.len == 0 || !is_plain(id, id_len)) {
        return 0;
    }
    if (lark_dedup_begin(&dedup, id, id_len, clock_ms()) == LARK_SEEN_DUPLICATE) {
        counts.duplicates++;
        return 1;
    }
    good = print_event(&envelope);
    if (good) {
        lark_dedup_commit(&dedup, id, id_len, clock_ms());
    } else { /* forgotten, so that it is handled when the platform delivers it again */
        lark_dedup_abort(&dedup, id, id_len);
    }
    counts.handled += good != 0;
    return good;
}

/* ---- the WebSocket ---- */

/* A whole message is here. What is owed an answer stays in its place until that is sent: so nothing else is read. */
static void take_message(struct lws *wsi) {
    LarkReceived received;
    LarkError error;
    if (lark_session_handle_message(&session, net.message, net.message_len, clock_ms(), &received, &error) != 0) {
        counts.useless++;
        report_error("a message", &error);
    }
    if (received.kind == LARK_RECEIVED_KIND_NOTHING) {
        return;
    }
    net.handled = 0;
    if (received.kind == LARK_RECEIVED_KIND_EVENT) {
        net.handled = handle(received.json, received.json_len);
        counts.failed += !net.handled;
    } else {
        counts.unhandled++;
    }
    net.owed = received.ack;
    lws_rx_flow_control(wsi, 0);
    lws_callback_on_writable(wsi);
}

/* A piece of a message: libwebsockets hands over what is there. */
static void take_piece(struct lws *wsi, const void *data, size_t len) {
    if (lws_is_first_fragment(wsi)) {
        net.message_len = 0;
        net.is_broken = !lws_frame_is_binary(wsi); /* text is none of the platform's */
    }
    if (len > MESSAGE - net.message_len) {
        net.is_broken = 1;
    }
    if (!net.is_broken) {
        memcpy(net.message + net.message_len, data, len);
        net.message_len += len;
    }
    if (lws_is_final_fragment(wsi) && net.is_broken) {
        counts.useless++;
        report("a message: expected a binary one of at most %d bytes, found another", MESSAGE);
    } else if (lws_is_final_fragment(wsi)) {
        take_message(wsi);
    }
}

static int write_message(struct lws *wsi, uint8_t *buffer, size_t len) {
    return lws_write(wsi, buffer + LWS_PRE, len, LWS_WRITE_BINARY) < (int)len ? -1 : 0;
}

static int write_answer(struct lws *wsi) {
    LarkAck owed = net.owed;
    size_t len;
    LarkErrorKind kind = lark_session_answer(&session, &owed, net.handled, clock_ms(), net.answer + LWS_PRE,
                                             sizeof net.answer - LWS_PRE, &len);
    net.owed.len = 0;
    lws_rx_flow_control(wsi, 1);
    if (kind != 0) {
        report("an answer: %s", lark_error_kind_name(kind));
        return -1;
    }
    return len > 0 ? write_message(wsi, net.answer, len) : 0;
}

/* The socket takes one message. Returns -1 to close it. */
static int write_next(struct lws *wsi) {
    int result = 0;
    if (net.ping_len > 0) {
        result = write_message(wsi, net.ping, net.ping_len);
        net.ping_len = 0;
    } else if (net.owed.len > 0) {
        result = write_answer(wsi);
    } else if (net.is_closing) {
        lws_close_reason(wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
        return -1;
    }
    if (net.ping_len > 0 || net.owed.len > 0 || net.is_closing) {
        lws_callback_on_writable(wsi);
    }
    return result;
}

/* There is no WebSocket any more, or no request. */
static void lose(void) {
    net.wsi = NULL;
    net.is_open = 0;
    net.is_to_open = 0;
    net.ping_len = 0;
    net.owed.len = 0;
    lark_session_handle_disconnect(&session, clock_ms());
}

/* Copies a header of the response, if it is there. */
static size_t copy_header(struct lws *wsi, const char *name, char *out, size_t cap) {
    int len = lws_hdr_custom_copy(wsi, out, (int)cap, name, (int)strlen(name));
    return len > 0 ? (size_t)len : 0;
}

/* The handshake has failed. If there was a response, libwebsockets still has its headers. */
static void take_refusal(struct lws *wsi, const char *why, size_t len) {
    char status[16], code[16];
    size_t status_len = copy_header(wsi, "handshake-status:", status, sizeof status);
    size_t code_len = copy_header(wsi, "handshake-autherrcode:", code, sizeof code);
    report("the WebSocket: expected it to open, found %.*s (Handshake-Status '%.*s', Handshake-Autherrcode '%.*s')",
           (int)len, why, (int)status_len, status, (int)code_len, code);
    lark_session_handle_refusal(&session, status, status_len, code, code_len, clock_ms());
    lose();
}

static int on_websocket(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len) {
    (void)user;
    if (wsi == NULL || wsi != net.wsi) {
        return 0;
    }
    switch (reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        net.is_open = 1;
        report("connected");
        lark_session_handle_open(&session, clock_ms());
        return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        take_piece(wsi, in, len);
        return 0;
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return write_next(wsi);
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        take_refusal(wsi, in != NULL ? in : "nothing", in != NULL ? len : strlen("nothing"));
        return 0;
    case LWS_CALLBACK_CLIENT_CLOSED:
        report("disconnected");
        lose();
        return 0;
    default:
        return 0;
    }
}

/* ---- where to connect to ---- */

/* memset alone may be left out by a compiler that sees nothing being read afterwards. */
static void wipe(void *memory, size_t len) {
    volatile unsigned char *bytes = memory;
    while (len-- > 0) {
        *bytes++ = 0;
    }
}

static int add_headers(struct lws *wsi, unsigned char **place, size_t room) {
    static const unsigned char type[] = "application/json; charset=utf-8";
    unsigned char *end = *place + room, length[24];
    int len = snprintf((char *)length, sizeof length, "%zu", net.request_len);
    if (lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, type, sizeof type - 1, place, end) != 0 ||
        lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, length, len, place, end) != 0) {
        return -1;
    }
    lws_client_http_body_pending(wsi, 1);
    lws_callback_on_writable(wsi);
    return 0;
}

static int write_request(struct lws *wsi) {
    int written = lws_write(wsi, net.request + LWS_PRE, net.request_len, LWS_WRITE_HTTP_FINAL);
    wipe(net.request, sizeof net.request);
    lws_client_http_body_pending(wsi, 0);
    return written < (int)net.request_len ? -1 : 0;
}

/* libwebsockets reads into this, and calls back with what of it is body. */
static int read_reply(struct lws *wsi) {
    char buffer[LWS_PRE + 1024], *start = buffer + LWS_PRE;
    int len = (int)sizeof buffer - LWS_PRE;
    return lws_http_client_read(wsi, &start, &len) < 0 ? -1 : 0;
}

static int take_reply_piece(const void *data, size_t len) {
    if (len > REPLY - net.reply_len) {
        report("%s: expected a reply of at most %d bytes, found a longer one", app.text, REPLY);
        return -1;
    }
    memcpy(net.reply + net.reply_len, data, len);
    net.reply_len += len;
    return 0;
}

/* The whole reply is here. */
static void take_reply(void) {
    const char *name;
    LarkError error;
    net.wsi = NULL;
    if (net.status != 200) {
        report("%s: expected HTTP status 200, found %u", app.text, net.status);
    } else if (lark_endpoint_read(&endpoint, net.reply, net.reply_len, &error) != 0) {
        report_error(app.text, &error);
    } else {
        name = lark_endpoint_code_name(endpoint.code);
        if (endpoint.code != LARK_ENDPOINT_CODE_OK) {
            report("%s: expected an address, found code %d (%s): %s", app.text, (int)endpoint.code,
                   name != NULL ? name : "unknown", endpoint.msg.data);
        }
        net.is_to_open = lark_session_handle_endpoint(&session, &endpoint, clock_ms());
        return;
    }
    lark_session_handle_disconnect(&session, clock_ms());
}

static int on_request(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len) {
    (void)user;
    if (wsi == NULL || wsi != net.wsi) {
        return 0;
    }
    switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        return add_headers(wsi, in, len);
    case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
        return write_request(wsi);
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
        net.status = lws_http_client_http_response(wsi);
        return 0;
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
        return read_reply(wsi);
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
        return take_reply_piece(in, len);
    case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
        take_reply();
        return -1;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        report("%s: expected a reply, found %.*s", app.text, in != NULL ? (int)len : 7,
               in != NULL ? (const char *)in : "nothing");
        lose();
        return 0;
    case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
        report("%s: expected a reply, found the end of the connection", app.text);
        lose();
        return 0;
    default:
        return 0;
    }
}

static const struct lws_protocols protocols[] = {
    {.name = "request", .callback = on_request},
    {.name = "websocket", .callback = on_websocket},
    {.name = NULL},
};

/* ---- what the session says to do ---- */

/* Certificates are verified unless a flag says otherwise, and redirections are not followed: a secret goes where it was
 * meant to go. The name of the host is looked up before this returns. */
static void connect_to(struct lws_client_connect_info *to, const char *host, int port, int is_secure) {
    to->context = net.context;
    to->address = to->host = host;
    to->port = port;
    to->ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT | (is_secure ? LCCSCF_USE_SSL : 0);
    to->alpn = "http/1.1";
    to->pwsi = &net.wsi; /* callbacks may come before the function returns */
    if (lws_client_connect_via_info(to) == NULL) {
        lose();
    }
}

static void ask_for_endpoint(void) {
    struct lws_client_connect_info to;
    memset(&to, 0, sizeof to);
    net.reply_len = 0;
    net.status = 0;
    /* It has room for every id and secret that there was room for. */
    lark_endpoint_request(app.id, strlen(app.id), app.secret, strlen(app.secret), (char *)net.request + LWS_PRE,
                          sizeof net.request - LWS_PRE, &net.request_len);
    to.method = "POST";
    to.path = LARK_ENDPOINT_PATH;
    to.protocol = protocols[0].name;
    connect_to(&to, app.host, app.port, app.is_https);
}

static void open_websocket(void) {
    struct lws_client_connect_info to;
    const char *scheme, *host, *rest;
    char path[sizeof endpoint.url.data + 1];
    int port = 0;
    memset(&to, 0, sizeof to);
    if (lws_parse_uri(endpoint.url.data, &scheme, &host, &port, &rest) != 0 ||
        (strcmp(scheme, "wss") != 0 && (strcmp(scheme, "ws") != 0 || app.is_https))) {
        report("%s: expected an address with %s, found another", app.text, app.is_https ? "wss://" : "ws:// or wss://");
        lark_session_handle_disconnect(&session, clock_ms());
        return;
    }
    snprintf(path, sizeof path, "%s%s", rest[0] == '/' ? "" : "/", rest);
    to.path = path;
    to.local_protocol_name = protocols[1].name;
    connect_to(&to, host, port, strcmp(scheme, "wss") == 0);
}

/* Cuts the connection without a word. Not called from a callback. */
static void disconnect(void) {
    struct lws *wsi = net.wsi;
    report("no sign of life");
    lose();
    if (wsi != NULL) {
        lws_set_timeout(wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_SYNC);
    }
}

/* libwebsockets may call this before it begins to wait for the network: then it must not. */
static void wake(lws_sorted_usec_list_t *timer) {
    (void)timer;
    lws_cancel_service(net.context);
}

/* Lets libwebsockets work until something has come, or the time has. */
static int serve_until(uint64_t until_ms) {
    static lws_sorted_usec_list_t timer;
    uint64_t now_ms = clock_ms();
    lws_sul_schedule(net.context, 0, &timer, wake, until_ms > now_ms ? (lws_usec_t)(until_ms - now_ms) * 1000 : 1);
    return lws_service(net.context, 0);
}

/* Does one thing that is to be done. Returns whether the session goes on. */
static int step(LarkAction *action) {
    uint8_t out[LARK_SESSION_PING_ROOM];
    if (stopping) {
        lark_session_close(&session);
    }
    lark_session_poll(&session, clock_ms(), out, sizeof out, action);
    switch (action->kind) {
    case LARK_ACTION_KIND_CONNECT:
        ask_for_endpoint();
        return 1;
    case LARK_ACTION_KIND_SEND: /* in the place of one that the socket has not taken yet, which was the same */
        memcpy(net.ping + LWS_PRE, action->message, action->len);
        net.ping_len = action->len;
        lws_callback_on_writable(net.wsi);
        return 1;
    case LARK_ACTION_KIND_DISCONNECT:
        disconnect();
        return 1;
    case LARK_ACTION_KIND_WAIT:
        if (net.is_to_open) {
            net.is_to_open = 0;
            open_websocket();
            return 1;
        }
        return serve_until(action->until_ms) >= 0;
    default:
        return 0;
    }
}

static int run(void) {
    LarkAction action;
    uint64_t end_ms;
    while (step(&action)) {
    }
    end_ms = clock_ms() + CLOSE_MS;
    net.is_closing = 1;
    if (net.is_open) {
        lws_callback_on_writable(net.wsi);
    }
    while (net.is_open && clock_ms() < end_ms && serve_until(end_ms) >= 0) {
    }
    if (action.end == LARK_END_REFUSED) {
        const char *name = lark_endpoint_code_name(action.code);
        report("the platform has refused the app: code %d (%s)", (int)action.code, name != NULL ? name : "unknown");
        return 3;
    }
    if (action.end == LARK_END_GAVE_UP) {
        report("as many attempts to connect have failed in a row as the platform allows: %d",
               (int)session.config.reconnect_count);
        return 4;
    }
    return action.kind == LARK_ACTION_KIND_END ? 0 : 1;
}

/* ---- start and end ---- */

static void stop(int signal_number) {
    (void)signal_number;
    stopping = 1;
    lws_cancel_service(net.context); /* one byte into a pipe: the loop wakes even if it was about to sleep */
}

static int is_loopback(const char *host) {
    return strcmp(host, "127.0.0.1") == 0 || strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0;
}

/* A secret goes over the network only in TLS. */
static int parse_domain(const char *text) {
    static char copy[sizeof app.text];
    const char *scheme, *rest;
    if (strlen(text) >= sizeof copy) {
        return 0;
    }
    strcpy(app.text, text);
    strcpy(copy, text);
    if (strstr(text, "://") == NULL || lws_parse_uri(copy, &scheme, &app.host, &app.port, &rest) != 0) {
        return 0;
    }
    app.is_https = strcmp(scheme, "https") == 0;
    if (app.host[0] == 0 || strcmp(rest, "/") != 0) { /* which is there in any case */
        return 0;
    }
    return app.is_https || (strcmp(scheme, "http") == 0 && is_loopback(app.host));
}

/* Takes it out of the environment, which programs that this one starts would inherit. */
static int read_secret(const char *variable, char *out) {
    const char *value = getenv(variable);
    size_t len = value != NULL ? strlen(value) : 0;
    if (len == 0 || len >= SECRET) {
        report("expected %s in the environment, of 1 to %d bytes, found %s", variable, SECRET - 1,
               len == 0 ? "none" : "a longer one");
        return 0;
    }
    memcpy(out, value, len + 1);
    unsetenv(variable);
    return 1;
}

static int start(void) {
    struct lws_context_creation_info info;
    uint64_t seed;
    memset(&info, 0, sizeof info);
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.protocols = protocols;
    info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    lws_set_log_level(LLL_ERR, NULL);
    if (!app.is_https) { /* what is not encrypted does not leave this machine, not to a proxy either */
        unsetenv("http_proxy");
        unsetenv("socks_proxy");
    }
    net.context = lws_create_context(&info);
    if (net.context == NULL || lws_get_random(net.context, &seed, sizeof seed) != sizeof seed) {
        report("libwebsockets could not be started");
        return 0;
    }
    return lark_session_init(&session, split, SPLIT, parts, PARTS, seed) == 0 &&
           lark_dedup_init(&dedup, slots, SLOTS, LARK_DEDUP_TTL_MS) == 0;
}

int main(int argc, char **argv) {
    struct sigaction action;
    int status;
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    if (argc != 2 || !parse_domain(argv[1])) {
        fputs(usage, stderr);
        return 2;
    }
    if (!has_output()) {
        report("standard output is closed");
        return 1;
    }
    if (!read_secret("LARK_APP_ID", app.id) || !read_secret("LARK_APP_SECRET", app.secret) || !start()) {
        return 1;
    }
    memset(&action, 0, sizeof action);
    action.sa_handler = stop;
    action.sa_flags = SA_RESTART; /* a line that is being printed is printed */
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* a peer that has gone, or a reader of the output, is an error and not the end */
    status = run();
    signal(SIGINT, SIG_IGN); /* the handler needs the context */
    signal(SIGTERM, SIG_IGN);
    lws_context_destroy(net.context);
    wipe(&app, sizeof app);
    fprintf(stderr, "connections %lu, handled %lu, duplicates %lu, failed %lu, unhandled %lu, useless %lu\n",
            (unsigned long)session.connection, counts.handled, counts.duplicates, counts.failed, counts.unhandled,
            counts.useless);
    return status == 0 && fflush(stdout) != 0 ? 1 : status;
}

/*
 * What the gateway needs of its board: a serial line, a clock, two levels of interrupts, and a way to say something.
 *
 * Bring it to another Cortex-M by writing another board_*.c and linker script; nothing else knows the hardware.
 *
 * Three levels run, each of which interrupts those below it: the interrupt of the serial line (UART0_Handler), deferred
 * work (PendSV_Handler), and main().
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Starts the clock and the serial line, which does not interrupt before board_uart_listen(true). */
void board_init(void);

/** Milliseconds since board_init(); it does not go back. For every level. */
uint64_t board_now_ms(void);

/** Takes a byte that has come in; false if there is none. */
bool board_uart_read(uint8_t *byte);

/** Whether bytes that come in interrupt. While they do not, they wait in the UART, as long as there is room. */
void board_uart_listen(bool on);

/** Sends, and returns when the last byte is in the UART. One level at a time: see board_lock(). */
void board_uart_write(const char *bytes, size_t len);

/** Has PendSV_Handler() called as soon as nothing more urgent runs. */
void board_defer(void);

/** Keeps deferred work out until board_unlock(), while the serial line and the clock go on: what main() does meanwhile
 *  may take its time, and no byte is lost. Returns what board_unlock() wants back; locks may be nested. */
uint32_t board_lock(void);
void board_unlock(uint32_t before);

/** Keeps all interrupts out, to look at something before board_sleep(). */
void board_disable_interrupts(void);
void board_enable_interrupts(void);

/** Sleeps until there is an interrupt, also one that is kept out. */
void board_sleep(void);

/** Writes a text to the debugger. */
void board_log(const char *text);

/** Ends the program: under QEMU with exit status 0 or 1, else by standing still. */
void board_exit(bool good) __attribute__((noreturn));

/** Bytes of the stack that have been used at some time; for tests, and to choose its size. */
size_t board_stack_used(void);

/** The program's interrupts. One that it does not have ends it if it comes. */
void UART0_Handler(void);
void PendSV_Handler(void);

#ifdef __cplusplus
}
#endif

#endif /* BOARD_H */

/*
 * The LM3S6965 evaluation board, which QEMU emulates, with a Cortex-M4: vectors, start-up, UART0, clock, semihosting.
 *
 * Semihosting stops the processor for the debugger, or for QEMU. Without one it is a fault: a product writes its log
 * elsewhere.
 */
#include "board.h"

#include <stdlib.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* What is clocked, and which pins are the UART's. */
#define SYSCTL_RCGC1 REGISTER(0x400FE104u)
#define SYSCTL_RCGC2 REGISTER(0x400FE108u)
#define GPIOA_AFSEL REGISTER(0x40004420u)
#define GPIOA_DEN REGISTER(0x4000451Cu)

#define UART_DR REGISTER(0x4000C000u)
#define UART_FR REGISTER(0x4000C018u)
#define UART_IBRD REGISTER(0x4000C024u)
#define UART_FBRD REGISTER(0x4000C028u)
#define UART_LCRH REGISTER(0x4000C02Cu)
#define UART_CTL REGISTER(0x4000C030u)
#define UART_IM REGISTER(0x4000C038u)
#define UART_FR_RXFE (1u << 4)
#define UART_FR_TXFF (1u << 5)
#define UART_LCRH_FIFO_8N1 0x70u
#define UART_CTL_ON 0x301u
#define UART_IM_RECEIVE 0x50u /* the FIFO is filled to its mark, or some bytes have waited long enough in it */

#define SYSTICK_CTRL REGISTER(0xE000E010u)
#define SYSTICK_LOAD REGISTER(0xE000E014u)
#define SYSTICK_CURRENT REGISTER(0xE000E018u)
#define NVIC_ISER0 REGISTER(0xE000E100u)
#define NVIC_IPR1 REGISTER(0xE000E404u)
#define SCB_ICSR REGISTER(0xE000ED04u)
#define SCB_SHPR3 REGISTER(0xE000ED20u)
#define SCB_ICSR_PENDSVSET (1u << 28)

enum {
    CLOCK_HZ = 12000000, /* the oscillator it starts with; a product that needs exact time takes the crystal */
    BAUD = 115200,
    UART0_IRQ = 5,
    /* The upper three bits of a priority count, and 0 is the most urgent. The clock comes before the UART, which reads
     * it. */
    PRIORITY_SYSTICK = 0x00,
    PRIORITY_UART0 = 0x20,
    PRIORITY_PENDSV = 0xE0
};

/* Of the linker script. Arrays, since only their addresses mean something. */
extern uint32_t __stack_start[], __stack_end[];
extern uint32_t __data_start[], __data_end[], __bss_start[], __bss_end[];
extern const uint32_t __data_load[];
extern void (*const __init_array_start[])(void);
extern void (*const __init_array_end[])(void);

int main(void);
void Reset_Handler(void);
void SysTick_Handler(void);

/* ---- semihosting ---- */

static uint32_t semihost(uint32_t operation, const void *argument) {
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void board_log(const char *text) {
    semihost(0x04, text); /* SYS_WRITE0 */
}

void board_exit(bool good) {
    /* SYS_EXIT, with ADP_Stopped_ApplicationExit or ADP_Stopped_RunTimeErrorUnknown. */
    semihost(0x18, (const void *)(uintptr_t)(good ? 0x20026u : 0x20023u));
    for (;;) {
    }
}

/* The library calls it if it panics. The one of the C library would bring signals and an allocator with it. */
void abort(void) {
    board_log("abort\n");
    board_exit(false);
}

/* C++ asks that static objects be destroyed when main() ends. It does not end. */
int __aeabi_atexit(void *object, void (*destroy)(void *), void *handle);
int __aeabi_atexit(void *object, void (*destroy)(void *), void *handle) {
    (void)object;
    (void)destroy;
    (void)handle;
    return 0;
}

void *__dso_handle;

/* ---- start-up ---- */

static void fault(void) {
    board_log("fault\n");
    board_exit(false);
}

void UART0_Handler(void) __attribute__((weak, alias("fault")));
void PendSV_Handler(void) __attribute__((weak, alias("fault")));

static const uint32_t UNUSED = 0xA5A5A5A5u;

/* Runs without .data and .bss, which it makes. */
void Reset_Handler(void) {
    const uint32_t *load = __data_load;
    volatile uint32_t *word;
    uint32_t *top;
    __asm__ volatile("mov %0, sp" : "=r"(top));
    for (word = __stack_start; word < top; word++) {
        *word = UNUSED;
    }
    for (word = __data_start; word < __data_end; word++) {
        *word = *load++;
    }
    for (word = __bss_start; word < __bss_end; word++) {
        *word = 0;
    }
    for (void (*const *construct)(void) = __init_array_start; construct < __init_array_end; construct++) {
        (*construct)();
    }
    board_exit(main() == 0);
}

size_t board_stack_used(void) {
    const volatile uint32_t *word = __stack_start;
    while (word < __stack_end && *word == UNUSED) {
        word++;
    }
    return (size_t)((uintptr_t)__stack_end - (uintptr_t)word);
}

union vector {
    const void *stack;
    void (*handler)(void);
};

/* Up to UART0; no other interrupt is ever enabled. */
__attribute__((section(".vectors"), used)) static const union vector vectors[16 + UART0_IRQ + 1] = {
    {.stack = __stack_end},
    {.handler = Reset_Handler},
    {.handler = fault}, /* NMI */
    {.handler = fault}, /* HardFault, and what has no handler of its own: memory, bus and usage faults */
    {.handler = fault},
    {.handler = fault},
    {.handler = fault},
    {.stack = NULL},
    {.stack = NULL},
    {.stack = NULL},
    {.stack = NULL},
    {.handler = fault}, /* SVCall */
    {.handler = fault}, /* DebugMonitor */
    {.stack = NULL},
    {.handler = PendSV_Handler},
    {.handler = SysTick_Handler},
    {.handler = fault}, /* GPIO ports A to E */
    {.handler = fault},
    {.handler = fault},
    {.handler = fault},
    {.handler = fault},
    {.handler = UART0_Handler},
};

/* ---- clock ---- */

/* Two halves, since the processor cannot count 64 bits at once. */
static volatile uint32_t ticks_low, ticks_high;

void SysTick_Handler(void) {
    uint32_t low = ticks_low + 1;
    ticks_low = low;
    if (low == 0) {
        ticks_high++;
    }
}

uint64_t board_now_ms(void) {
    uint32_t high, low;
    do { /* once more if the low half went over in between */
        high = ticks_high;
        low = ticks_low;
    } while (high != ticks_high);
    return (uint64_t)high << 32 | low;
}

/* ---- UART0 ---- */

bool board_uart_read(uint8_t *byte) {
    if (UART_FR & UART_FR_RXFE) {
        return false;
    }
    *byte = (uint8_t)UART_DR;
    return true;
}

/* The UART takes its request back when the bytes are read, so nothing has to be cleared. */
void board_uart_listen(bool on) { UART_IM = on ? UART_IM_RECEIVE : 0; }

void board_uart_write(const char *bytes, size_t len) {
    for (size_t i = 0; i < len; i++) {
        while (UART_FR & UART_FR_TXFF) {
        }
        UART_DR = (uint8_t)bytes[i];
    }
}

/* ---- levels ---- */

void board_init(void) {
    const uint32_t divisor = (4u * CLOCK_HZ + BAUD / 2) / BAUD; /* of 64ths of the baud rate times 16 */
    SYSCTL_RCGC1 |= 1;
    SYSCTL_RCGC2 |= 1;
    (void)SYSCTL_RCGC2; /* some cycles until they are clocked */
    GPIOA_AFSEL |= 3;
    GPIOA_DEN |= 3;
    UART_CTL = 0;
    UART_IBRD = divisor >> 6;
    UART_FBRD = divisor & 63;
    UART_LCRH = UART_LCRH_FIFO_8N1;
    UART_CTL = UART_CTL_ON;
    SCB_SHPR3 = (uint32_t)PRIORITY_SYSTICK << 24 | (uint32_t)PRIORITY_PENDSV << 16;
    NVIC_IPR1 = (uint32_t)PRIORITY_UART0 << 8;
    NVIC_ISER0 = 1u << UART0_IRQ;
    SYSTICK_LOAD = CLOCK_HZ / 1000 - 1;
    SYSTICK_CURRENT = 0;
    SYSTICK_CTRL = 7; /* the processor's clock, with interrupt */
}

void board_defer(void) { SCB_ICSR = SCB_ICSR_PENDSVSET; }

uint32_t board_lock(void) {
    uint32_t before;
    __asm__ volatile("mrs %0, basepri" : "=r"(before));
    __asm__ volatile("msr basepri, %0\n\tisb" : : "r"(PRIORITY_PENDSV) : "memory");
    return before;
}

void board_unlock(uint32_t before) { __asm__ volatile("msr basepri, %0" : : "r"(before) : "memory"); }

void board_disable_interrupts(void) { __asm__ volatile("cpsid i" : : : "memory"); }

void board_enable_interrupts(void) { __asm__ volatile("cpsie i\n\tisb" : : : "memory"); }

void board_sleep(void) { __asm__ volatile("dsb\n\twfi" : : : "memory"); }

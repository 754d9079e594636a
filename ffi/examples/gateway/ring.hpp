/*
 * A queue from one level of interrupts to another, without locks: items are made and used where they lie.
 *
 * One side calls vacant() and publish(), the other front() and release(). Each writes to one index only, so it does not
 * matter which of the two interrupts the other, or when.
 */
#ifndef RING_HPP
#define RING_HPP

#include <atomic>
#include <cstdint>

template <class T, std::uint32_t N> class Ring {
    static_assert(N > 0 && (N & (N - 1)) == 0, "the indices go round at 2^32, and must meet the same slots then");

  public:
    /** The slot to fill, or null if all are taken. */
    T *vacant() noexcept {
        const std::uint32_t written = written_.load(std::memory_order_relaxed);
        return written - read_.load(std::memory_order_acquire) < N ? &slots_[written % N] : nullptr;
    }

    /** Hands over the slot that vacant() gave. */
    void publish() noexcept {
        written_.store(written_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }

    /** The oldest item, or null if there is none. */
    T *front() noexcept {
        const std::uint32_t read = read_.load(std::memory_order_relaxed);
        return read != written_.load(std::memory_order_acquire) ? &slots_[read % N] : nullptr;
    }

    /** Gives back the slot that front() gave. */
    void release() noexcept { read_.store(read_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

  private:
    std::atomic<std::uint32_t> written_{0};
    std::atomic<std::uint32_t> read_{0};
    T slots_[N]{};
};

#endif /* RING_HPP */

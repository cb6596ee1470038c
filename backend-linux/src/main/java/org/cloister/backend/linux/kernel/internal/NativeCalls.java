// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.kernel.internal;

import java.lang.foreign.MemorySegment;

/** Calls functions of the C library and fetches the errno of those that fail. Safe for use by any thread. */
final class NativeCalls {
    private final Scratch scratch = new Scratch();

    /** A call of a function; those of {@link Libc} take the memory for the errno first. */
    @FunctionalInterface
    interface Function {
        /** Makes the call. */
        long call(MemorySegment state) throws Throwable;
    }

    /** Memory for small arguments. */
    Scratch scratch() {
        return scratch;
    }

    /** What a function returns; a negative errno where that is negative. */
    long call(Function function) {
        MemorySegment state = scratch.take();
        try {
            long result = function.call(state);
            return result < 0 ? Libc.error(state) : result;
        } catch (RuntimeException | Error e) {
            throw e; // not the function's: an argument was refused on the way, such as memory that is closed
        } catch (Throwable e) {
            throw Libc.thrown(e);
        } finally {
            scratch.give(state);
        }
    }

    /** The same, repeated while a signal interrupts it. */
    long repeat(Function function) {
        long result;
        do {
            result = call(function);
        } while (result == -Errno.EINTR.number());
        return result;
    }
}

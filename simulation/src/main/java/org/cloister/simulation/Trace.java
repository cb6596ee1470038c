// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * What happens in a run, line by line: to a file, if there is one, and always into a number, by which two runs are
 * compared.
 */
final class Trace {
    private final Scheduler scheduler;
    private final Optional<Appendable> out;
    private long sum = 0xcbf2_9ce4_8422_2325L;

    /** @param out where lines go, if anywhere */
    Trace(Scheduler scheduler, Optional<Appendable> out) {
        this.scheduler = scheduler;
        this.out = out;
    }

    /** Something happened. */
    void note(String what, long... numbers) {
        mix(scheduler.nanos());
        for (int i = 0; i < what.length(); i++) {
            mix(what.charAt(i));
        }
        for (long number : numbers) {
            mix(number);
        }
        if (out.isPresent()) {
            write(out.get(), what, numbers);
        }
    }

    private void mix(long value) {
        sum = (sum ^ value) * 0x100_0000_01b3L;
        sum ^= sum >>> 29;
    }

    private void write(Appendable to, String what, long... numbers) {
        try {
            to.append(Long.toString(scheduler.nanos())).append(' ').append(what);
            for (long number : numbers) {
                to.append(' ').append(Long.toHexString(number));
            }
            to.append('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A number that stands for all that has happened. */
    long sum() {
        return sum;
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/**
 * Remembers why a stream could not be written to, which the writers above it keep to themselves.
 *
 * <p>For one thread.
 */
final class StandardOutput extends FilterOutputStream {
    private Optional<IOException> failure = Optional.empty();

    StandardOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            failure = Optional.of(failure.orElse(e));
            throw e;
        }
    }

    /** The first failure. */
    Optional<IOException> failure() {
        return failure;
    }

    /** Tells whether the reader had enough and left, as {@code head} does: no reason to complain. */
    boolean isLeft() {
        return failure.map(Throwable::getMessage).filter("Broken pipe"::equals).isPresent();
    }
}

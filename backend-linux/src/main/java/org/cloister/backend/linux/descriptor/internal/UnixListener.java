// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.descriptor.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.cloister.backend.linux.kernel.internal.Errno;
import org.cloister.backend.linux.kernel.internal.Handle;
import org.cloister.backend.linux.kernel.internal.Refusal;
import org.cloister.backend.linux.kernel.internal.SystemCalls;
import org.cloister.descriptor.DescriptorListener;
import org.cloister.descriptor.DescriptorSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Unix socket that listens. Safe for use by any thread. */
final class UnixListener implements DescriptorListener {
    private static final Logger LOG = LoggerFactory.getLogger(UnixListener.class);

    private final SystemCalls calls;
    private final Handle handle;
    private final Path path;
    private final IntFunction<DescriptorSocket> accepted;
    private final Consumer<AutoCloseable> onClosed;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Takes over a socket that listens.
     *
     * @param accepted takes over the descriptor of a connection
     */
    UnixListener(SystemCalls calls, Handle handle, Path path, IntFunction<DescriptorSocket> accepted,
            Consumer<AutoCloseable> onClosed) {
        this.calls = calls;
        this.handle = handle;
        this.path = path;
        this.accepted = accepted;
        this.onClosed = onClosed;
    }

    @Override
    public DescriptorSocket accept() {
        String what = "accept a connection";
        long result;
        do {
            new Patience(calls).await(handle, what, Long.MAX_VALUE);
            result = handle.use(what, calls.sockets()::accept);
        } while (result == -Errno.EINTR.number() || result == -Errno.EAGAIN.number());
        if (result < 0) {
            throw new Refusal(what, handle.name()).of(result);
        }
        return accepted.apply((int) result);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            handle.close();
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                LOG.warn("{} is left behind: {}", path, e.toString());
            }
            onClosed.accept(this);
        }
    }
}

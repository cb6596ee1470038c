// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.cloister.backend.BackendHost;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.linux.kernel.internal.Refusal;
import org.cloister.backend.linux.kernel.internal.Scratch;
import org.cloister.backend.linux.kernel.internal.SystemCalls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves what is below {@code /dev/dma_heap}. Safe for use by any thread. */
final class LinuxBackend implements HeapBackend {
    static final String ID = "linux";
    /** The directory of heaps, below that of devices. */
    static final String HEAPS = "dma_heap";

    private static final Logger LOG = LoggerFactory.getLogger(LinuxBackend.class);

    private final SystemCalls calls;
    private final SizeLimit limit;
    private final List<String> restricted;
    private final long pageSize;
    private final Scratch scratch = new Scratch();
    private volatile HeapNodes nodes;
    private volatile Optional<BackendHost> host = Optional.empty();

    /**
     * A backend that has looked at nothing yet.
     *
     * @param directory of the heaps' nodes
     * @param restricted patterns of names of heaps that are kept from the CPU and do not say so
     */
    LinuxBackend(SystemCalls calls, Path directory, List<String> restricted, SizeLimit limit) {
        this.calls = calls;
        this.limit = limit;
        this.restricted = List.copyOf(restricted);
        this.pageSize = calls.pageSize();
        this.nodes = HeapNodes.none(directory);
    }

    /** Looks at the nodes, and tells core when there are others than before. */
    void refresh() {
        synchronized (this) {
            HeapNodes found = HeapNodes.look(nodes.directory(), calls);
            if (found.isLike(nodes)) {
                return;
            }
            found.problem().ifPresent(problem -> LOG.info("{}", problem.getMessage()));
            nodes = found;
        }
        host.ifPresent(BackendHost::offersChanged);
    }

    /** Core, while it is there. */
    Optional<BackendHost> host() {
        return host;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public void connected(BackendHost core) {
        host = Optional.of(core);
    }

    @Override
    public void disconnected() {
        host = Optional.empty();
    }

    /** {@inheritDoc} Heaps that Linux is known for and that are missing are among them, with the reason. */
    @Override
    public List<PoolOffer> offers() {
        return nodes.offers(this::traits);
    }

    private HeapTraits traits(String heap) {
        return HeapTraits.of(heap, pageSize, restricted);
    }

    @Override
    public Pool open(PoolOffer offer) {
        String path = nodes.directory().resolve(offer.heap()).toString();
        int fd = calls.open(path, false);
        if (fd < 0) {
            throw new Refusal("open heap " + offer.heap(), path).of(fd);
        }
        return new LinuxPool(offer.heap(), traits(offer.heap()), calls, scratch, limit, fd);
    }
}

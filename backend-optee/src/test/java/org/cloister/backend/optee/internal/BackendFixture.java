// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.optee.abi.internal.Driver;
import org.cloister.backend.optee.tee.internal.OpteeTee;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.dt.NodeBuilder;
import org.cloister.pool.LendingPolicy;
import org.cloister.pool.StaticRanges;

/** A backend on a board, connected with a host. */
public final class BackendFixture implements AutoCloseable {
    public static final Duration IDLE = Duration.ofSeconds(5);

    public final TestBoard board;
    public final TestHost host = new TestHost();
    final Discovery discovery;
    final OpteeBackend backend;

    public BackendFixture(TestBoard.Kind kind) {
        this(kind, 0, node -> { });
    }

    /**
     * @param keeps how many idle chunks pools keep
     * @param more additions to the node of the firmware
     */
    public BackendFixture(TestBoard.Kind kind, int keeps, Consumer<NodeBuilder> more) {
        board = TestBoard.of(kind, more);
        discovery = board.look();
        backend = backend(board, discovery, keeps);
        backend.connected(host);
    }

    static OpteeBackend backend(TestBoard board, Discovery discovery, int keeps) {
        var supplies = new OpteeBackend.Supplies(board.area(), new StaticRanges(),
                terms -> LendingPolicy.of(terms.minimumSize(), terms.alignment()).keeping(keeps, IDLE), board.time());
        OptionalInt regions = discovery.regions();
        return new OpteeBackend(discovery.driver(), discovery.catalogue(), supplies, new RegionLedger(regions));
    }

    public Driver driver() {
        return discovery.driver().orElseThrow();
    }

    /** Another driver of the same OP-TEE, which takes over from the first. */
    public Driver successor(Duration patience) {
        driver().retire();
        return board.look(patience).driver().orElseThrow();
    }

    /** Core goes. */
    public void disconnect() {
        backend.disconnected();
    }

    public PoolOffer offer(UseCase useCase) {
        return backend.offers().stream().filter(o -> o.useCase().equals(useCase)).findFirst().orElseThrow();
    }

    public Pool open(UseCase useCase) {
        return backend.open(offer(useCase));
    }

    /** OP-TEE for one bundle. */
    public OpteeTee tee() {
        return new OpteeTee(new OpteeTee.Wiring(OpteeBackend.ID, driver(), backend::host, backend::isStatic,
                TestBoard.PATIENCE));
    }

    /** What the secure world holds: chunks that are lent are regions of the firewall. */
    public long lentRegions() {
        return board.soc().firewall().regions().stream().filter(r -> r.region().name().startsWith("optee-")).count();
    }

    public static HeapException refused(HeapError error, ThrowingCallable call) {
        HeapException e = catchThrowableOfType(HeapException.class, call);
        assertThat(e).as("a refusal").isNotNull();
        assertThat(e.error()).as(e.getMessage()).isEqualTo(error);
        return e;
    }

    @Override
    public void close() {
        board.close();
    }
}

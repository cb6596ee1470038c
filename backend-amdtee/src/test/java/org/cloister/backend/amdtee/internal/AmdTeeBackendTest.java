// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.backend.BackendHost;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.BusFault;
import org.cloister.pool.LendingPolicy;
import org.cloister.pool.MachineTimer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pools over the secure processor, which loses power while they are in use. */
@Timeout(60)
class AmdTeeBackendTest {
    private static final String HEAP = "protected,secure-video";
    private static final long PAGE = 4096;
    private static final long CHUNK = 1 << 20;

    private final LaptopFixture laptop = new LaptopFixture();
    private final MachineTimer timer = new MachineTimer("test", failure -> { });
    private final Protector protector = new Protector(laptop.ring, laptop.files);
    private final Driver driver = new Driver(laptop.ring, protector, new Withheld(protector, laptop.area), timer::close);
    private final AmdTeeBackend backend = new AmdTeeBackend(driver, () -> !laptop.device.gone,
            laptop.power.soc().deviceTree(), laptop.area,
            LendingPolicy.of(CHUNK, PAGE).keeping(0, Duration.ofSeconds(1)), timer);
    private final Host host = new Host();
    private final long all = laptop.area.free();

    AmdTeeBackendTest() {
        backend.connected(host);
    }

    @AfterEach
    void switchOff() {
        laptop.close();
    }

    /** Core, as far as it is needed. */
    private static final class Host implements BackendHost {
        final AtomicInteger changes = new AtomicInteger();
        final List<String> quarantined = new CopyOnWriteArrayList<>();
        final List<String> loans = new CopyOnWriteArrayList<>();
        private final List<Pool> tellers = new CopyOnWriteArrayList<>();

        @Override
        public void offersChanged() {
            changes.incrementAndGet();
        }

        @Override
        public void failed(Pool pool, String why) {
            // what it does then is core's business
        }

        @Override
        public void quarantined(Pool pool, long address, long size, String why) {
            quarantined.add("0x%x+0x%x".formatted(address, size));
        }

        @Override
        public void lent(Pool pool, long address, long size) {
            tell(pool, "lent", address, size);
        }

        @Override
        public void reclaimed(Pool pool, long address, long size) {
            tell(pool, "reclaimed", address, size);
        }

        @Override
        public void faulted(Pool pool, long address, long size, String why) {
            tell(pool, "faulted", address, size);
        }

        /** Pools are numbered in the order in which they are heard of. */
        private void tell(Pool pool, String what, long address, long size) {
            if (!tellers.contains(pool)) {
                tellers.add(pool);
            }
            loans.add("pool %d: %s 0x%x+0x%x".formatted(tellers.indexOf(pool), what, address, size));
        }

        @Override
        public BorrowedBuffer borrow(DmaBuf buffer) {
            throw new AssertionError("nothing is borrowed here");
        }
    }

    private static HeapException refused(HeapError error, ThrowingCallable call) {
        HeapException e = catchThrowableOfType(HeapException.class, call);
        assertThat(e).as("a refusal").isNotNull();
        assertThat(e.error()).as(e.getMessage()).isEqualTo(error);
        return e;
    }

    private PoolOffer offer() {
        return backend.offers().stream().filter(one -> one.heap().equals(HEAP)).findFirst().orElseThrow();
    }

    private void power(boolean on) {
        laptop.device.gone = !on;
        laptop.ring.replaced();
        backend.changed();
    }

    private boolean isOutOfReach(long address) {
        return catchThrowableOfType(BusFault.class, () -> laptop.cpu.readByte(address)) != null;
    }

    /** Bytes of the area beside what the ring needs. */
    private long taken() {
        return (all - laptop.area.free()) / CHUNK * CHUNK;
    }

    @Test
    void withoutTheProcessorItsHeapSaysSo() {
        PoolOffer served = offer();
        power(false);
        assertThat(host.changes).hasValue(1);
        assertThat(offer().refusal().orElseThrow().why()).isEqualTo("the secure processor is not there");
        refused(HeapError.INVALID_ARGUMENT, () -> backend.open(offer()));
        refused(HeapError.INVALID_ARGUMENT, () -> backend.open(served));
        power(true);
        assertThat(offer()).isEqualTo(served);
    }

    @Test
    void whatItDoesNotOfferIsNotOpened() {
        refused(HeapError.INVALID_ARGUMENT, () -> backend.open(PoolOffer.serve("other", UseCase.SECURE_VIDEO)));
        backend.disconnected();
        refused(HeapError.UNAVAILABLE, () -> backend.open(offer()));
    }

    @Test
    void memoryIsProtectedWhileItIsInUse() {
        Pool pool = backend.open(offer());
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        assertThat(isOutOfReach(buffer.address(0))).isTrue();
        pool.free(buffer);
        assertThat(isOutOfReach(buffer.address(0))).isFalse();
        assertThat(taken()).isZero();
        pool.destroy();
    }

    @Test
    void aChunkOfAProcessorWithoutPowerIsQuarantinedAndRetriedOnDemand() {
        Pool pool = backend.open(offer());
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        power(false);
        refused(HeapError.FIRMWARE_DEAD, () -> pool.allocate(2 * CHUNK, PAGE));
        pool.free(buffer);
        assertThat(host.quarantined).containsExactly("0x%x+0x%x".formatted(buffer.address(0), CHUNK));
        assertThat(pool.usage().quarantined()).isEqualTo(CHUNK);
        assertThat(pool.retryQuarantined()).isZero();
        assertThat(isOutOfReach(buffer.address(0))).isTrue();
        power(true);
        assertThat(pool.retryQuarantined()).isEqualTo(CHUNK);
        assertThat(pool.usage().quarantined()).isZero();
        assertThat(laptop.cpu.readLong(buffer.address(0))).as("it was scrubbed").isZero();
        assertThat(taken()).isZero();
        assertThat(pool.retryQuarantined()).isZero();
    }

    @Test
    void aPoolTellsOfWhatThoseBeforeItCouldNotGetBackAndTriesAgain() {
        Pool before = backend.open(offer());
        PoolBuffer buffer = before.allocate(PAGE, PAGE);
        power(false);
        before.free(buffer);
        before.destroy();
        power(true);
        Pool pool = backend.open(offer());
        assertThat(pool.usage().quarantined()).isEqualTo(CHUNK);
        assertThat(taken()).isEqualTo(CHUNK);
        assertThat(isOutOfReach(buffer.address(0))).isTrue();
        assertThat(pool.retryQuarantined()).isEqualTo(CHUNK);
        assertThat(pool.usage().quarantined()).isZero();
        assertThat(taken()).isZero();
        assertThatExceptionOfType(HeapException.class).isThrownBy(() -> protector.release(buffer.address(0)));
        assertThat(pool.retryQuarantined()).isZero();
        assertThat(host.loans).endsWith("pool 1: reclaimed " + chunk(buffer))
                .filteredOn(one -> one.contains("reclaimed")).hasSize(1);
    }

    @Test
    void theNextLoanTriesToo() {
        Pool before = backend.open(offer());
        PoolBuffer buffer = before.allocate(PAGE, PAGE);
        power(false);
        before.free(buffer);
        before.destroy();
        power(true);
        Pool pool = backend.open(offer());
        host.loans.clear();
        PoolBuffer next = pool.allocate(PAGE, PAGE);
        pool.free(next);
        assertThat(pool.usage().quarantined()).isZero();
        assertThat(taken()).isZero();
        assertThat(host.loans).containsExactly("pool 1: reclaimed " + chunk(buffer), "pool 1: lent " + chunk(next),
                "pool 1: reclaimed " + chunk(next));
    }

    @Test
    void aLaterPoolTellsOfEachAttemptThatFails() {
        Pool before = backend.open(offer());
        PoolBuffer buffer = before.allocate(PAGE, PAGE);
        power(false);
        before.free(buffer);
        before.destroy();
        Pool pool = openWithoutPower();
        host.loans.clear();
        assertThat(pool.retryQuarantined()).isZero();
        assertThat(host.loans).containsExactly("pool 1: faulted " + chunk(buffer));
        power(true);
        assertThat(pool.retryQuarantined()).isEqualTo(CHUNK);
        assertThat(host.loans).containsExactly("pool 1: faulted " + chunk(buffer), "pool 1: reclaimed " + chunk(buffer));
    }

    /** It was there when the pool was opened, and is not any more. */
    private Pool openWithoutPower() {
        power(true);
        Pool pool = backend.open(offer());
        power(false);
        return pool;
    }

    private static String chunk(PoolBuffer first) {
        return "0x%x+0x%x".formatted(first.address(0), CHUNK);
    }

    @Test
    void aReleaseWhoseAnswerWasLostIsFoundOutAndNotRepeated() {
        long address = laptop.area.allocate(CHUNK, PAGE);
        long cookie = protector.protect(address, CHUNK, 1);
        laptop.device.deaf = true;
        refused(HeapError.UNAVAILABLE, () -> protector.release(cookie));
        laptop.device.ringLate(); // it hears, and nobody hears it
        while (isOutOfReach(address)) {
            Thread.onSpinWait(); // the test has a time limit
        }
        laptop.device.deaf = false;
        long other = laptop.area.allocate(CHUNK, PAGE);
        protector.protect(other, CHUNK, 1);
        protector.release(cookie);
        assertThat(isOutOfReach(other)).as("another chunk is not touched").isTrue();
    }
}

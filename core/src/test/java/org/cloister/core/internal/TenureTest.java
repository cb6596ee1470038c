// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.core.internal.World.refused;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.core.internal.Tenure.State;
import org.cloister.heap.BufferRecord;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapError;
import org.cloister.heap.UseCase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The table of states of a tenure, transition by transition, and its races. */
@Timeout(60)
class TenureTest {
    private final AtomicInteger retired = new AtomicInteger();
    private final FakePool pool = new FakePool(FakeBackend.RESTRICTED, 1);
    private final Tenure tenure = tenure();

    private Tenure tenure() {
        var record = new BufferRecord("h", UseCase.SECURE_VIDEO, true, Enforcement.FIREWALL, "a", 1);
        return new Tenure(new Candidate("a", FakeBackend.video("a"), 0, 0), pool, FakeBackend.RESTRICTED, record,
                t -> retired.incrementAndGet());
    }

    @Test
    void activeTakesBuffers() {
        assertThat(tenure.state()).isEqualTo(State.ACTIVE);
        assertThat(tenure.enter()).isTrue();
        assertThat(tenure.enter()).isTrue();
        assertThat(tenure.live()).isEqualTo(2);
        assertThat(tenure.state()).isEqualTo(State.ACTIVE);
    }

    @Test
    void activeStaysActiveWhenItsLastBufferGoes() {
        tenure.enter();
        tenure.leave();
        assertThat(tenure.state()).isEqualTo(State.ACTIVE);
        assertThat(tenure.live()).isZero();
        assertThat(retired).hasValue(0);
        assertThat(tenure.enter()).isTrue();
    }

    @Test
    void withoutBuffersDrainingIsOverAtOnce() {
        assertThat(tenure.drain()).isTrue();
        assertThat(tenure.state()).isEqualTo(State.RETIRED);
        assertThat(retired).hasValue(1);
    }

    @Test
    void drainingLastsUntilTheLastBufferGoes() {
        tenure.enter();
        tenure.enter();
        assertThat(tenure.drain()).isTrue();
        assertThat(tenure.state()).isEqualTo(State.DRAINING);
        tenure.leave();
        assertThat(tenure.state()).isEqualTo(State.DRAINING);
        assertThat(retired).hasValue(0);
        tenure.leave();
        assertThat(tenure.state()).isEqualTo(State.RETIRED);
        assertThat(retired).hasValue(1);
    }

    @Test
    void drainingTakesNoBuffer() {
        tenure.enter();
        tenure.drain();
        assertThat(tenure.enter()).isFalse();
        assertThat(tenure.live()).isOne();
    }

    @Test
    void drainingCannotBeginTwice() {
        tenure.enter();
        tenure.drain();
        assertThat(tenure.drain()).isFalse();
        tenure.leave();
        assertThat(retired).hasValue(1);
    }

    @Test
    void retiredIsTheEnd() {
        tenure.drain();
        assertThat(tenure.enter()).isFalse();
        assertThat(tenure.drain()).isFalse();
        assertThat(tenure.state()).isEqualTo(State.RETIRED);
        assertThat(retired).hasValue(1);
    }

    @Test
    void thePoolIsForgotten() {
        assertThat(tenure.pool()).isSameAs(pool);
        assertThat(tenure.uses(pool)).isTrue();
        tenure.forget();
        assertThat(tenure.uses(pool)).isFalse();
        assertThat(refused(HeapError.REVOKED, tenure::pool)).hasMessageContaining("backend a has left");
    }

    @Test
    void whoHoldsADrainingTenureKeepsItFromRetiring() {
        assertThat(tenure.hold()).isTrue();
        tenure.drain();
        assertThat(tenure.hold()).isTrue();
        tenure.leave();
        assertThat(tenure.state()).isEqualTo(Tenure.State.DRAINING);
        tenure.leave();
        assertThat(tenure.state()).isEqualTo(Tenure.State.RETIRED);
        assertThat(tenure.hold()).isFalse();
    }

    @Test
    void aRevokedTenureTakesNoBufferThatComesLate() {
        assertThat(tenure.revoke("it left")).isEqualTo(List.of());
        assertThat(tenure.revoked()).isEqualTo("it left");
        assertThat(tenure.add(new Buffer(1, null, tenure, new FakePool(FakeBackend.NORMAL, 1).allocate(4096, 4096), 4096,
                new Owner("o"), ""))).isFalse();
    }

    /** Whoever brings the word to "draining, none live" retires the tenure, and nobody else. */
    @Test
    void theLastToGoRetiresOnce() throws Exception {
        try (var race = new Race()) {
            for (int round = 0; round < Race.ROUNDS; round++) {
                retired.set(0);
                Tenure contended = tenure();
                contended.enter();
                contended.enter();
                race.meet(contended::leave, contended::drain, contended::leave);
                assertThat(retired).hasValue(1);
                assertThat(contended.state()).isEqualTo(State.RETIRED);
            }
        }
    }

    @Test
    void whoEntersKeepsTheTenureFromRetiring() throws Exception {
        try (var race = new Race()) {
            for (int round = 0; round < Race.ROUNDS; round++) {
                retired.set(0);
                Tenure contended = tenure();
                List<Boolean> won = race.run(contended::enter, contended::drain);
                assertThat(won.get(1)).isTrue();
                assertThat(retired.get()).isEqualTo(won.get(0) ? 0 : 1);
                assertThat(contended.state()).isEqualTo(won.get(0) ? State.DRAINING : State.RETIRED);
            }
        }
    }
}

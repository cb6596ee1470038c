// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/** A lending pool of chunks of 1 MiB over an area of 16 MiB. */
final class LendingFixture {
    static final long BASE = 0x4000_0000L;
    static final long MIB = 1 << 20;
    static final long KIB = 1 << 10;
    static final long PAGE = 4096;
    static final Duration IDLE = Duration.ofSeconds(5);
    static final HeapAttributes ATTRIBUTES = HeapAttributes.builder()
            .enforcement(Enforcement.FIREWALL).cpuAccess(Access.NONE).addressBits(36).build();

    final TwoWorlds worlds = new TwoWorlds(BASE, 16 * MIB);
    final SteppedTimer timer = new SteppedTimer();
    final RecordingHost host = new RecordingHost();
    final LendingPool pool;

    LendingFixture() {
        this(LendingPolicy.of(MIB, PAGE).keeping(1, IDLE));
    }

    LendingFixture(LendingPolicy policy) {
        pool = new LendingPool("heap", ATTRIBUTES, worlds, policy, timer, host);
    }

    /** One chunk goes at once when it is idle, as with Linux. */
    static LendingFixture keepingNothing() {
        return new LendingFixture(LendingPolicy.of(MIB, PAGE).keeping(0, IDLE));
    }

    PoolBuffer allocate(long size) {
        PoolBuffer buffer = pool.allocate(size, PAGE);
        assertThat(worlds.isProtected(buffer.address(0), buffer.size())).as("%s is protected", buffer).isTrue();
        return buffer;
    }

    /** Expects a refusal, and that the books are the same afterwards. */
    HeapException refused(HeapError error, ThrowingCallable call) {
        var before = pool.usage();
        HeapException e = catchThrowableOfType(HeapException.class, call);
        assertThat(e).as("a refusal").isNotNull();
        assertThat(e.error()).as(e.getMessage()).isEqualTo(error);
        assertThat(pool.usage()).isEqualTo(before);
        return e;
    }
}

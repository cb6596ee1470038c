// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HashMap;
import java.util.Map;
import org.cloister.heap.Access;
import org.cloister.platform.Initiator;
import org.junit.jupiter.api.Test;

class RightsTest {
    private static final Initiator CPU = new Initiator("cpu", 1, false);
    private static final Initiator SECURE = new Initiator("cpu-secure", 1, true);
    private static final Initiator DMA = new Initiator("dma", 2, false);

    @Test
    void unitesWorldAndName() {
        Rights rights = new Rights(Access.READ, Access.NONE, Map.of(CPU, Access.WRITE));
        assertThat(rights.of(CPU)).isEqualTo(Access.READ_WRITE);
        assertThat(rights.of(DMA)).isEqualTo(Access.READ);
        assertThat(rights.of(SECURE)).isEqualTo(Access.NONE);
    }

    @Test
    void whoIsNotMentionedMayDoNothing() {
        assertThat(Rights.NONE.of(CPU)).isEqualTo(Access.NONE);
        assertThat(Rights.of(Map.of(CPU, Access.READ)).of(DMA)).isEqualTo(Access.NONE);
    }

    @Test
    void aNamesakeIsSomebodyElse() {
        Rights rights = Rights.of(Map.of(CPU, Access.READ));
        assertThat(rights.of(new Initiator("cpu", 9, false))).isEqualTo(Access.NONE);
    }

    @Test
    void widens() {
        Rights rights = Rights.NONE.with(DMA, Access.READ).with(CPU, Access.WRITE).with(DMA, Access.WRITE);
        assertThat(rights.of(DMA)).isEqualTo(Access.READ_WRITE);
        assertThat(rights).hasToString("normal:NONE, secure:NONE, cpu:WRITE, dma:READ_WRITE");
    }

    @Test
    void grantsOfNothingAreNoGrants() {
        assertThat(Rights.of(Map.of(CPU, Access.NONE))).isEqualTo(Rights.NONE);
    }

    @Test
    void isItsOwnCopy() {
        Map<Initiator, Access> own = new HashMap<>(Map.of(CPU, Access.READ));
        Rights rights = Rights.of(own);
        own.put(DMA, Access.READ_WRITE);
        assertThat(rights.of(DMA)).isEqualTo(Access.NONE);
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> rights.own().put(DMA, Access.READ));
    }
}

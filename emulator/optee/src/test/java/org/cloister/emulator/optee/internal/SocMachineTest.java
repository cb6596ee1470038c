// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.cloister.emulator.optee.os.internal.Machine;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.emulator.soc.BoardProperties;
import org.cloister.platform.dt.AddressRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whether content may go from one range to another, by the firewall alone. */
class SocMachineTest {
    private static final int VIDEO = 1; // the decoder reads and writes, the display reads
    private static final int UI = 2; // the display reads
    private static final int WIDE = 3; // as video, and one more reads
    private static final int RECORD = 4; // as video, and the display writes, too
    private static final int OTHER = 5; // as video, but one reads instead of the display

    private final TestMachine board = TestMachine.smc()
            .node(node -> node
                    .node("wide", use -> use.cells(OpteeBinding.USE_CASE, WIDE)
                            .strings(BoardProperties.GRANTS, "video-decoder:rw", "display:r", "eth-dma:r"))
                    .node("record", use -> use.cells(OpteeBinding.USE_CASE, RECORD)
                            .strings(BoardProperties.GRANTS, "video-decoder:rw", "display:rw"))
                    .node("other", use -> use.cells(OpteeBinding.USE_CASE, OTHER)
                            .strings(BoardProperties.GRANTS, "video-decoder:rw", "eth-dma:r")))
            .boot();
    private final Machine machine = board.machine();

    @AfterEach
    void switchOff() {
        board.close();
    }

    private AddressRange restricted(int useCase) {
        return restricted(useCase, board.take(TestMachine.MIB), TestMachine.MIB);
    }

    private AddressRange restricted(int useCase, long base, long size) {
        machine.protect(useCase, base, size);
        return new AddressRange(base, size);
    }

    @Test
    void theSameInitiatorsAndFewerAreNoWider() {
        AddressRange video = restricted(VIDEO);
        assertThat(machine.isNoWider(restricted(VIDEO), video)).isTrue();
        assertThat(machine.isNoWider(restricted(UI), video)).isTrue();
        assertThat(machine.isNoWider(video, restricted(WIDE))).isTrue();
        assertThat(machine.isNoWider(video, restricted(RECORD))).isTrue();
    }

    @Test
    void oneInitiatorMoreIsWider() {
        assertThat(machine.isNoWider(restricted(WIDE), restricted(VIDEO))).isFalse();
    }

    @Test
    void anotherInitiatorIsWider() {
        assertThat(machine.isNoWider(restricted(OTHER), restricted(VIDEO))).isFalse();
    }

    @Test
    void oneThatMayDoMoreIsWider() {
        assertThat(machine.isNoWider(restricted(RECORD), restricted(VIDEO))).isFalse();
    }

    @Test
    void normalMemoryIsWider() {
        AddressRange video = restricted(VIDEO);
        AddressRange normal = new AddressRange(board.take(TestMachine.MIB), TestMachine.MIB);
        assertThat(machine.isNoWider(normal, video)).isFalse();
        assertThat(machine.isNoWider(video, normal)).isTrue();
    }

    /** The last page counts as the first does, of what is written and of what is read. */
    @Test
    void aPartThatIsWiderMakesAllWiderAndAPartThatIsNarrowerBindsAll() {
        AddressRange video = restricted(VIDEO);
        long base = board.take(2 * TestMachine.MIB);
        restricted(VIDEO, base, TestMachine.MIB);
        restricted(WIDE, base + TestMachine.MIB, TestMachine.MIB);
        assertThat(machine.isNoWider(new AddressRange(base, TestMachine.MIB), video)).isTrue();
        assertThat(machine.isNoWider(new AddressRange(base, TestMachine.MIB + 1), video)).isFalse();
        AddressRange wide = restricted(WIDE);
        assertThat(machine.isNoWider(wide, new AddressRange(base + TestMachine.MIB, TestMachine.MIB))).isTrue();
        assertThat(machine.isNoWider(wide, new AddressRange(base + TestMachine.MIB - 1, TestMachine.MIB))).isFalse();
    }
}

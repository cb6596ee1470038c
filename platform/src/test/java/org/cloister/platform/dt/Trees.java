// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A tree that many tests use, and the assertion that a damaged one is refused. */
final class Trees {
    static final long VIDEO_BASE = 0x5800_0000L;
    static final long HIGH_BASE = 0x1_2000_0000L;

    private Trees() {
    }

    /** Two-cell widths, one CMA area, one static carve-out, one disabled region, two devices, one reservation. */
    static byte[] sample() {
        return new DeviceTreeBuilder().bootCpu(1).reserve(new AddressRange(0x4000_0000L, 0x1000)).root(root -> root
                .cells("#address-cells", 2)
                .cells("#size-cells", 2)
                .strings("model", "a board")
                .strings("compatible", "vendor,board", "vendor,chip")
                .node("reserved-memory", reserved -> reserved
                        .cells("#address-cells", 2)
                        .cells("#size-cells", 2)
                        .flag("ranges")
                        .node("linux,cma", cma -> cma
                                .strings("compatible", "shared-dma-pool")
                                .flag("reusable")
                                .longs("size", 0x1000_0000L)
                                .cells("alignment", 0, 0x40_0000L)
                                .ranges("alloc-ranges", new AddressRange(0x4000_0000L, 0x4000_0000L))
                                .flag("linux,cma-default"))
                        .node("video@58000000", video -> video
                                .reg(new AddressRange(VIDEO_BASE, 0x400_0000L))
                                .cells("phandle", 7)
                                .flag("no-map"))
                        .node("log@120000000", log -> log
                                .reg(new AddressRange(HIGH_BASE, 0x800), new AddressRange(HIGH_BASE + 0x1000, 0))
                                .cells("phandle", 8)
                                .strings("status", "disabled")))
                .node("soc", soc -> soc
                        .cells("#address-cells", 1)
                        .node("codec@fd700000", codec -> codec
                                .reg(new AddressRange(0xfd70_0000L, 0x1000))
                                .strings("compatible", "vendor,codec")
                                .cells("memory-region", 8, 7)
                                .strings("memory-region-names", "log", "frames"))
                        .node("codec@fd710000", codec -> codec.strings("status", "ok")))).build();
    }

    static DeviceTree tree() {
        return DeviceTree.read(sample());
    }

    /** Asserts that {@code action} is refused at {@code offset}, with a reason that contains {@code reason}. */
    static void assertMalformed(long offset, String reason, ThrowingCallable action) {
        assertThatThrownBy(action)
                .asInstanceOf(InstanceOfAssertFactories.type(MalformedDeviceTree.class))
                .satisfies(refusal -> {
                    assertThat(refusal.reason()).contains(reason);
                    assertThat(refusal.offset()).as(refusal.getMessage())
                            .isEqualTo(offset);
                    assertThat(refusal)
                            .hasMessageContaining("byte 0x%x".formatted(offset));
                });
    }
}

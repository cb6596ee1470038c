// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.cloister.heap.UseCase;
import org.cloister.platform.PhysicalMemory;

/** A board that is on, with its secure world in the hands of the test. */
public final class TestBoard implements AutoCloseable {
    /** The first address of normal RAM. */
    public static final long RAM = 0x8000_0000L;
    /** Bytes of normal RAM. */
    public static final long RAM_SIZE = 256L << 20;
    /** The carve-out: CPU write, decoder read and write, display read. */
    public static final long VIDEO = 0x8800_0000L;
    /** Bytes of the carve-out. */
    public static final long VIDEO_SIZE = 16L << 20;
    /** The first address of secure RAM, which ends where normal RAM begins. */
    public static final long SECURE = 0x7f00_0000L;
    /** Bytes of secure RAM. */
    public static final long SECURE_SIZE = 16L << 20;

    private final AtomicReference<SecureWorld> secure = new AtomicReference<>();
    private final PoweredSoc power;

    /** Switches a board on with that firewall. */
    public TestBoard(String profile) {
        this(profile, SocClock.system(), board -> board);
    }

    /** Switches a board on with that firewall, clock and additions. */
    public TestBoard(String profile, SocClock clock, UnaryOperator<BoardBuilder> more) {
        BoardBuilder board = new BoardBuilder("test", "a board for tests").firewall(profile).cpu(1)
                .ram(RAM, RAM_SIZE).secureRam(SECURE, SECURE_SIZE)
                .device("video-decoder", 0x430_0000L, 0x1000, 120, 2)
                .device("display", 0x440_0000L, 0x1000, 121, 3)
                .device("eth-dma", 0x450_0000L, 0x1000, 122, 5)
                .carveOut("video", VIDEO, VIDEO_SIZE, UseCase.SECURE_VIDEO, "cpu:w", "video-decoder:rw", "display:r")
                .firmware("monitor", node -> { });
        power = new SocBuilder(more.apply(board).build()).clock(clock).seed(42)
                .firmware("monitor", world -> {
                    secure.set(world);
                    return () -> { };
                })
                .boot();
    }

    /** The board. */
    public Soc soc() {
        return power.soc();
    }

    /** The authority over it. */
    public SecureWorld secure() {
        return secure.get();
    }

    /** Physical memory as an initiator of either world sees it. */
    public PhysicalMemory memory(String initiator) {
        return secure().memory(initiator);
    }

    /** Programs the firewall without waiting. */
    public void set(FirewallRegion... regions) {
        secure().program(FirewallUpdate.set(regions), Duration.ZERO);
    }

    @Override
    public void close() {
        power.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.cloister.emulator.soc.board.internal.BoardPlan;
import org.cloister.emulator.soc.board.internal.PowerSupply;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Switches a board on without a framework, for tests and benchmarks. For one thread.
 *
 * <pre>{@code
 * try (PoweredSoc power = new SocBuilder(board).seed(42).boot()) {
 *     PhysicalMemory cpu = power.soc().memory("cpu");
 * }
 * }</pre>
 */
@ProviderType
public final class SocBuilder {
    private final Board board;
    private final Map<String, Firmware> firmware = new LinkedHashMap<>();
    private SocClock clock = SocClock.system();
    private long seed;

    /** Prepares to switch that board on, with the machine's clock and the seed 0. */
    public SocBuilder(Board board) {
        this.board = Objects.requireNonNull(board, "board");
    }

    /**
     * Sets the clock.
     *
     * @return this
     */
    public SocBuilder clock(SocClock source) {
        clock = Objects.requireNonNull(source, "source");
        return this;
    }

    /**
     * Sets the seed of all randomness.
     *
     * @return this
     */
    public SocBuilder seed(long value) {
        seed = value;
        return this;
    }

    /**
     * Offers firmware to the board.
     *
     * @param name the value of {@value BoardProperties#FIRMWARE} that it answers to
     * @return this
     */
    public SocBuilder firmware(String name, Firmware model) {
        firmware.put(name, Objects.requireNonNull(model, "model"));
        return this;
    }

    /**
     * Switches the board on.
     *
     * @throws org.cloister.heap.HeapException when the board's tree is not one that can be switched on, asks for rights
     *     that its firewall cannot hold, or for firmware that was not offered
     */
    public PoweredSoc boot() {
        return PowerSupply.boot(BoardPlan.of(board), firmware, clock, seed);
    }
}

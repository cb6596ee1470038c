// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.emulator.soc.Firmware;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.RunningFirmware;
import org.cloister.emulator.soc.Soc;
import org.cloister.emulator.soc.SocClock;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Switches a board on and off.
 *
 * <p>{@link #close} is safe for use by any thread; the first call does it.
 */
public final class PowerSupply implements PoweredSoc {
    private static final Logger LOG = LoggerFactory.getLogger(PowerSupply.class);
    private static final Duration GRACE = Duration.ofSeconds(1);

    private record Started(String name, RunningFirmware firmware, SecureAuthority authority) {
        void stop() {
            try {
                firmware.close();
            } catch (RuntimeException failure) {
                LOG.error("firmware {} failed to stop", name, failure);
            } finally {
                authority.end();
            }
        }
    }

    private final Hardware hardware;
    private final EmulatedSoc soc;
    private final Deque<Started> started = new ArrayDeque<>();
    private final AtomicBoolean off = new AtomicBoolean();

    private PowerSupply(Hardware hardware, EmulatedSoc soc) {
        this.hardware = hardware;
        this.soc = soc;
    }

    /**
     * Switches a board on.
     *
     * @param plan the board
     * @param firmware what may be booted, by name
     * @param clock the board's clock
     * @param seed the seed of its randomness
     * @throws HeapException when the firewall cannot hold what the board grants, or firmware is missing
     */
    public static PoweredSoc boot(BoardPlan plan, Map<String, Firmware> firmware, SocClock clock, long seed) {
        Hardware hardware = Hardware.of(plan, clock);
        PowerSupply power = new PowerSupply(hardware,
                new EmulatedSoc(plan, hardware, clock, seed));
        try {
            BootFirmware.run(plan, hardware.firewall());
            plan.firmware().forEach(name -> power.start(plan, name, firmware));
        } catch (RuntimeException failure) {
            power.close();
            throw failure;
        }
        return power;
    }

    @Override
    public Soc soc() {
        return soc;
    }

    @Override
    public void close() {
        if (!off.compareAndSet(false, true)) {
            return;
        }
        started.forEach(Started::stop);
        try {
            hardware.firewall().shut(GRACE);
        } catch (HeapException late) {
            LOG.warn("switching {} off under an open lease: {}", soc.board(), late.why());
        }
        if (hardware.bus().closeExposed()) {
            hardware.memory().close();
        } else {
            LOG.error("the memory of {} is not given back: native code is still using it", soc.board());
        }
    }

    private void start(BoardPlan plan, String name, Map<String, Firmware> offered) {
        Firmware model = offered.get(name);
        if (model == null) {
            throw BoardError.of(HeapError.UNAVAILABLE, plan.name(), "firmware " + name + " is not there",
                    "install the bundle that provides it");
        }
        SecureAuthority authority = new SecureAuthority(soc, hardware);
        started.addFirst(new Started(name, model.boot(authority), authority));
    }
}

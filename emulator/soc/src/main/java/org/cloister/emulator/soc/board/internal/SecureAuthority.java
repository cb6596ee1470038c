// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import java.time.Duration;
import org.cloister.emulator.soc.EncryptedMemory;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.Registration;
import org.cloister.emulator.soc.SecureWorld;
import org.cloister.emulator.soc.Soc;
import org.cloister.platform.PhysicalMemory;

/**
 * The authority that a firmware is given; ends when that firmware is stopped. Safe for use by any thread.
 */
final class SecureAuthority implements SecureWorld {
    private final EmulatedSoc soc;
    private final Hardware hardware;
    private volatile boolean ended;

    SecureAuthority(EmulatedSoc soc, Hardware hardware) {
        this.soc = soc;
        this.hardware = hardware;
    }

    @Override
    public Soc soc() {
        return soc;
    }

    @Override
    public PhysicalMemory memory(String initiator) {
        requireValid();
        return soc.view(initiator);
    }

    @Override
    public void program(FirewallUpdate update, Duration timeout) {
        requireValid();
        hardware.firewall().program(update, timeout);
    }

    @Override
    public Registration encrypt(EncryptedMemory memory) {
        requireValid();
        return hardware.bus().encrypt(memory);
    }

    void end() {
        ended = true;
    }

    private void requireValid() {
        if (ended) {
            throw new IllegalStateException("the authority over " + soc.board() + " ended with its firmware");
        }
    }
}

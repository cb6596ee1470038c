// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.internal;

import java.util.Optional;
import org.cloister.platform.conduit.PspDevice;
import org.cloister.platform.conduit.PspRegister;

/** The processor that is there now, if one is: registers of none answer as absent. Safe for use by any thread. */
final class CurrentDevice implements PspDevice {
    private volatile Optional<PspDevice> device = Optional.empty();

    /** Another one is there from now on, or none. */
    void set(Optional<PspDevice> now) {
        device = now;
    }

    /** Tells whether one is there. */
    boolean isThere() {
        return device.isPresent();
    }

    /** Tells whether this one is. */
    boolean is(PspDevice one) {
        return device.filter(known -> known == one).isPresent();
    }

    @Override
    public int generation() {
        return device.map(PspDevice::generation).orElse(1);
    }

    @Override
    public int read(PspRegister register) {
        return device.map(there -> there.read(register)).orElse(ABSENT);
    }

    @Override
    public void write(PspRegister register, int value) {
        device.ifPresent(there -> there.write(register, value));
    }
}

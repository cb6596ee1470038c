// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import org.cloister.emulator.optee.os.internal.Machine;
import org.cloister.emulator.optee.os.internal.TaStore;

/** The applications that each emulated OP-TEE has from the start. */
public final class BuiltIn {
    private BuiltIn() {}

    /** A store with all of them, for one machine. */
    public static TaStore store(Machine machine) {
        var store = new TaStore();
        store.add(new DeviceApplication(store::all));
        store.add(new InvokeTestsApplication());
        store.add(new TrustedKeysApplication(machine.uniqueKey()));
        store.add(new SecureDataPathApplication());
        store.add(new ContentApplication());
        store.add(new TrustedUiApplication());
        store.add(new RestrictedCopyApplication());
        return store;
    }
}

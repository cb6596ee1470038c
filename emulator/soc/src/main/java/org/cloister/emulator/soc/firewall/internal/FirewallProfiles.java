// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import java.util.List;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/** The profiles there are. */
public final class FirewallProfiles {
    private static final List<FirewallProfile> ALL =
            List.of(new Tzc400Profile(), new K3Profile(), new VprProfile(), new LabProfile());

    private FirewallProfiles() {
    }

    /**
     * The profile of that name.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} when there is none
     */
    public static FirewallProfile named(String name) {
        return ALL.stream().filter(profile -> profile.name().equals(name)).findFirst()
                .orElseThrow(() -> new HeapException(HeapError.INVALID_ARGUMENT, "find firewall profile " + name,
                        "the emulator", "there is no such profile",
                        "name one of " + String.join(", ", ALL.stream().map(FirewallProfile::name).toList())));
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.inspect;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.cloister.heap.Access;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A region of the firewall.
 *
 * @param number the number of the register set that holds it
 * @param name what faults call it
 * @param background whether it decides only where no other region does
 * @param base the first address
 * @param size bytes
 * @param rights what each initiator of the board may do, by its name, in the order of
 *     {@link BoardView#initiators}; who may do nothing is in it, too
 */
@ProviderType
public record RegionView(int number, String name, boolean background, long base, long size,
        Map<String, Access> rights) {
    /** Checks and copies the components. */
    public RegionView {
        Objects.requireNonNull(name, "name");
        rights = Collections.unmodifiableMap(new LinkedHashMap<>(rights));
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display.internal;

import java.util.Set;
import org.cloister.driver.display.DisplayPlane;
import org.cloister.heap.Access;
import org.cloister.heap.UseCase;
import org.cloister.importer.Constraints;
import org.cloister.importer.Constraints.Restriction;
import org.cloister.platform.device.DisplayPipe;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.driver.DeviceImporter;

/**
 * A pipe as a reader of pictures for a plane. The primary plane takes memory of protected video while the pipe is
 * protected, and normal memory always; the trusted plane takes memory for trusted user interfaces and no other.
 */
final class ScanOut {
    private ScanOut() {}

    static DeviceImporter of(DisplayPipe pipe, DisplayPlane.Kind plane, DmaLimits limits) {
        return switch (plane) {
            case PRIMARY -> importer(pipe, "scan-out", limits, UseCase.SECURE_VIDEO);
            case TRUSTED_UI -> importer(pipe, "trusted overlay", limits, UseCase.TRUSTED_UI);
        };
    }

    private static DeviceImporter importer(DisplayPipe pipe, String purpose, DmaLimits limits, UseCase useCase) {
        return new DeviceImporter(pipe.name() + " " + purpose, pipe.initiator().name(),
                () -> DeviceImporter.within(limits, Constraints.builder()
                        .access(Access.READ)
                        .restriction(restriction(pipe, useCase))
                        .useCases(Set.of(useCase))).build());
    }

    private static Restriction restriction(DisplayPipe pipe, UseCase useCase) {
        if (useCase.equals(UseCase.TRUSTED_UI)) {
            return Restriction.REQUIRED;
        }
        return pipe.isProtected() ? Restriction.ALLOWED : Restriction.REFUSED;
    }
}

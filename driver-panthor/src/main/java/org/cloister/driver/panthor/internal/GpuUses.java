// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.Set;
import org.cloister.heap.Access;
import org.cloister.heap.UseCase;
import org.cloister.importer.Constraints;
import org.cloister.importer.Constraints.Restriction;
import org.cloister.platform.driver.DeviceImporter;
import org.cloister.platform.mali.MaliGpu;
import org.cloister.platform.mali.TranslationTable;

/**
 * What a GPU uses memory for, in either of its modes.
 *
 * @param firmware what the firmware needs in protected mode
 * @param layers what pictures are composed of, in normal mode
 * @param pictures where they are composed, in normal mode
 * @param protectedLayers the same in protected mode: any memory
 * @param protectedPictures the same in protected mode: restricted memory
 */
record GpuUses(DeviceImporter firmware, DeviceImporter layers, DeviceImporter pictures, DeviceImporter protectedLayers,
        DeviceImporter protectedPictures) {
    private static final int ADDRESS_BITS = 40;

    /** Those of a GPU. */
    static GpuUses of(MaliGpu gpu) {
        return new GpuUses(importer(gpu.protectedInitiator(), "firmware", Access.READ_WRITE, Restriction.REQUIRED),
                importer(gpu.initiator(), "layers", Access.READ, Restriction.REFUSED),
                importer(gpu.initiator(), "pictures", Access.WRITE, Restriction.REFUSED),
                importer(gpu.protectedInitiator(), "layers", Access.READ, Restriction.ALLOWED),
                importer(gpu.protectedInitiator(), "pictures", Access.WRITE, Restriction.REQUIRED));
    }

    private static DeviceImporter importer(String initiator, String what, Access access, Restriction restriction) {
        Constraints constraints = Constraints.builder()
                .access(access)
                .restriction(restriction)
                .encryptionAccepted(false)
                .useCases(Set.of(UseCase.SECURE_VIDEO, UseCase.TRUSTED_UI))
                .addressBits(ADDRESS_BITS)
                .alignment(TranslationTable.PAGE)
                .build();
        return new DeviceImporter(initiator + " " + what, initiator, () -> constraints);
    }

    DeviceImporter sources(boolean isProtected) {
        return isProtected ? protectedLayers : layers;
    }

    DeviceImporter targets(boolean isProtected) {
        return isProtected ? protectedPictures : pictures;
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.Initiator;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a child of a firmware's node tells of a use case that the firmware serves. Immutable.
 *
 * @param useCase the use case
 * @param heap the name of the heap
 * @param grants what the firmware grants each initiator; empty when the tree does not tell
 * @param problem why it cannot be served, whatever the firmware says; empty when nothing is wrong
 */
@ProviderType
public record UseCaseBinding(UseCase useCase, String heap, Optional<Map<String, Access>> grants, Optional<String> problem) {
    /** Copies the grants. */
    public UseCaseBinding {
        grants = grants.map(Map::copyOf);
    }

    /** A use case of which the tree tells nothing. */
    public static UseCaseBinding untold(UseCase useCase) {
        return new UseCaseBinding(useCase, useCase.heapName(), Optional.empty(), Optional.empty());
    }

    /**
     * Reads a node.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} for a use case that cannot be
     */
    public static UseCaseBinding read(Node node) {
        UseCase useCase = useCase(node, node.property(HeapProperties.USE_CASE_ID).orElseThrow().u32());
        String heap = node.property(HeapProperties.HEAP_NAME).map(Property::string).orElse(useCase.heapName());
        List<String> words = node.property(HeapProperties.GRANTS).map(Property::strings).orElse(List.of());
        if (words.isEmpty()) {
            return new UseCaseBinding(useCase, heap, Optional.empty(), Optional.empty());
        }
        Map<String, Access> grants;
        try {
            grants = GrantList.sum(words, word -> new HeapException(HeapError.INVALID_ARGUMENT, "read grants",
                    node.path(), "\"" + word + "\" in " + node.path() + " is no grant", GrantList.REMEDY));
        } catch (HeapException e) {
            return broken(useCase, heap, e.why());
        }
        if (grants.containsKey(GrantList.EVERYBODY)) {
            return broken(useCase, heap, node.path() + " grants everybody access, so the memory is not restricted");
        }
        if (grants.containsKey(Initiator.CPU)) {
            return broken(useCase, heap, node.path() + " grants the CPU access, which the owner of lent memory loses");
        }
        return new UseCaseBinding(useCase, heap, Optional.of(grants), Optional.empty());
    }

    private static UseCaseBinding broken(UseCase useCase, String heap, String why) {
        return new UseCaseBinding(useCase, heap, Optional.empty(), Optional.of(why));
    }

    private static UseCase useCase(Node node, long id) {
        if (id == UseCase.SECURE_VIDEO.id()) {
            return UseCase.SECURE_VIDEO;
        }
        if (id == UseCase.TRUSTED_UI.id()) {
            return UseCase.TRUSTED_UI;
        }
        if (id == UseCase.SECURE_VIDEO_RECORD.id()) {
            return UseCase.SECURE_VIDEO_RECORD;
        }
        if (id > Integer.MAX_VALUE) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "read a use case", node.path(),
                    "use case " + id + " has more than 31 bits", "correct the device tree");
        }
        return new UseCase((int) id, node.baseName());
    }
}

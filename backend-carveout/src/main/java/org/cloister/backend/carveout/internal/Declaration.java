// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.carveout.internal;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.dt.HeapProperties;
import org.cloister.platform.dt.MalformedDeviceTree;
import org.cloister.platform.dt.Node;
import org.cloister.platform.dt.Property;

/**
 * What somebody says of a reserved-memory node: that it is a heap, and which. Not checked yet.
 *
 * @param node the path of the node
 * @param heap the name of the heap; empty for that of the use case
 * @param useCase the name of the use case
 * @param useCaseId its id, when it is a vendor's own
 * @param grants who may do what, as {@code WHO:RIGHTS}
 */
record Declaration(String node, String heap, String useCase, OptionalInt useCaseId, List<String> grants) {
    Declaration {
        grants = List.copyOf(grants);
    }

    /**
     * What the device tree says of a node; empty when it does not call it a heap.
     *
     * @throws MalformedDeviceTree when a property does not have its shape
     */
    static Optional<Declaration> of(Node node) {
        if (!node.has(HeapProperties.HEAP_NAME) && !node.has(HeapProperties.USE_CASE)) {
            return Optional.empty();
        }
        return Optional.of(new Declaration(node.path(), string(node, HeapProperties.HEAP_NAME),
                string(node, HeapProperties.USE_CASE),
                node.property(HeapProperties.USE_CASE_ID).map(id -> OptionalInt.of((int) id.u32()))
                        .orElse(OptionalInt.empty()),
                node.property(HeapProperties.GRANTS).map(Property::strings).orElse(List.of())));
    }

    private static String string(Node node, String property) {
        return node.property(property).map(Property::string).orElse("");
    }

    /**
     * The use case.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} when there is none by that name and id
     */
    UseCase resolveUseCase() {
        Optional<UseCase> standard = UseCase.standard(useCase);
        if (standard.isEmpty() && useCaseId.isEmpty()) {
            throw refused(useCase.isEmpty() ? "no use case is given"
                    : "use case " + useCase + " is none of mainline Linux's, and has no id",
                    "give a use case such as secure-video, or an id for your own");
        }
        if (standard.isEmpty() && useCaseId.getAsInt() < UseCase.FIRST_VENDOR_ID) {
            throw refused("use case %s is a vendor's own, and has id %d".formatted(useCase, useCaseId.getAsInt()),
                    "take an id from " + UseCase.FIRST_VENDOR_ID + " on");
        }
        UseCase found = standard.orElseGet(() -> new UseCase(useCaseId.getAsInt(), useCase));
        if (useCaseId.isPresent() && useCaseId.getAsInt() != found.id()) {
            throw refused("use case %s has id %d, not %d".formatted(found, found.id(), useCaseId.getAsInt()),
                    "leave the id out");
        }
        if (found.equals(UseCase.NONE)) {
            throw refused("restricted memory has a use case, and it says none",
                    "give a use case such as secure-video");
        }
        return found;
    }

    /** The same of the node with that path. */
    Declaration at(String path) {
        return new Declaration(path, heap, useCase, useCaseId, grants);
    }

    /** The refusal to serve this heap. */
    HeapException refused(String why, String remedy) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "serve a heap", node, why, remedy);
    }
}

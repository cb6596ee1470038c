// SPDX-License-Identifier: Apache-2.0
package org.cloister.delivery;

import aQute.bnd.differ.Baseline.Info;
import aQute.bnd.differ.DiffPluginImpl;
import aQute.bnd.osgi.Instructions;
import aQute.bnd.osgi.Jar;
import aQute.bnd.osgi.Processor;
import aQute.bnd.service.diff.Delta;
import aQute.bnd.service.diff.Diff;
import aQute.bnd.service.diff.Type;
import aQute.bnd.version.Version;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What a bundle exports beside what its first release exported, which is kept in {@code cnf/baseline}: what changed has to
 * have the version that says how much.
 *
 * @param module the folder of the bundle's sources, such as {@code api}
 */
record Baseline(String module) {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String CONSUMER = "org.osgi.annotation.versioning.ConsumerType";
    private static final int EXAMPLES = 5;

    /** The bundle of the first release. */
    Path kept() {
        return ROOT.resolve("cnf/baseline/org.cloister.%s.jar".formatted(module));
    }

    /** The bundle as it was built. */
    Path built() {
        return ROOT.resolve("%s/target/org.cloister.%s-%s.jar".formatted(module, module,
                System.getProperty("cloister.version")));
    }

    /** One sentence for each package whose version does not say what has changed. */
    List<String> complaints(Jar newer) throws Exception {
        List<String> sentences = new ArrayList<>();
        try (Jar older = new Jar(kept().toFile()); Processor processor = new Processor()) {
            for (Info info : new aQute.bnd.differ.Baseline(processor, new DiffPluginImpl())
                    .baseline(newer, older, new Instructions("*"))) {
                if (info.packageDiff.getDelta() == Delta.REMOVED) {
                    sentences.add("%s was in the first release and is not exported any more; keep it, as what was built"
                            .formatted(info.packageName) + " for it would not start");
                } else if (info.newerVersion.compareTo(wanted(info)) < 0) {
                    sentences.add(("%s has version %s, and since %s this has changed: %s; take that back, or write"
                            + " @Version(\"%s\") in %s and tell it in CHANGELOG.md").formatted(info.packageName,
                            info.newerVersion, info.olderVersion, String.join(", ", changes(info.packageDiff).limit(EXAMPLES)
                                    .toList()), wanted(info), packageInfo(info.packageName)));
                }
            }
        }
        return sentences;
    }

    /** bnd's suggestion, but for what it overlooks where an interface has methods with a default, too. */
    private static Version wanted(Info info) {
        boolean breaks = info.packageDiff.getChildren().stream().anyMatch(type -> isOf(type, Type.ANNOTATED, CONSUMER)
                && type.getChildren().stream().anyMatch(member -> member.getType() == Type.METHOD
                        && member.getDelta() == Delta.ADDED && isOf(member, Type.ACCESS, "abstract")));
        return breaks ? new Version(info.olderVersion.getMajor() + 1, 0, 0)
                : info.mismatch ? info.suggestedVersion : info.newerVersion;
    }

    private static boolean isOf(Diff what, Type type, String name) {
        return what.getChildren().stream().anyMatch(child -> child.getType() == type && child.getName().equals(name));
    }

    private String packageInfo(String name) {
        return "%s/src/main/java/%s/package-info.java".formatted(module, name.replace('.', '/'));
    }

    /** The innermost differences, which are those that a person made. */
    private static Stream<String> changes(Diff diff) {
        if (diff.getDelta() == Delta.UNCHANGED || diff.getDelta() == Delta.IGNORED) {
            return Stream.empty();
        }
        List<String> within = diff.getDelta() == Delta.ADDED || diff.getDelta() == Delta.REMOVED ? List.of()
                : diff.getChildren().stream().flatMap(Baseline::changes).toList();
        return within.isEmpty() ? Stream.of("%s %s %s".formatted(diff.getDelta(), diff.getType(), diff.getName())
                .toLowerCase(Locale.ROOT).replace(diff.getName().toLowerCase(Locale.ROOT), diff.getName()))
                : within.stream();
    }

    Jar open() throws IOException {
        return new Jar(built().toFile());
    }
}

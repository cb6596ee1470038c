// SPDX-License-Identifier: Apache-2.0
package org.cloister.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * A backend as it was built in the days of the first release: the archetype's, compiled against the bundles that were
 * released then, with bnd's import ranges.
 *
 * @param scratch where it is built
 */
record FirstBackend(Path scratch) {
    private static final Path TEMPLATE =
            Path.of("../archetype-backend/src/main/resources/archetype-resources/src/main/java");

    /** Builds the bundle; {@code imports} go before what bnd finds out. */
    Path build(String imports) throws Exception {
        Path classes = Files.createDirectories(scratch.resolve("classes"));
        List<Path> released = List.of(new Baseline("api").kept(), new Baseline("pool").kept());
        List<String> against = new ArrayList<>(released.stream().map(Path::toString).toList());
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(jar -> jar.contains("annotation") && jar.contains("osgi")).forEach(against::add);
        List<String> options = new ArrayList<>(List.of("-proc:none", "-d", classes.toString(), "-cp",
                String.join(File.pathSeparator, against)));
        for (Path source : sources()) {
            options.add(source.toString());
        }
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, options.toArray(String[]::new)))
                .as("the status of the compiler").isZero();
        try (Builder builder = new Builder()) {
            builder.addClasspath(classes.toFile());
            for (String jar : against) {
                builder.addClasspath(new File(jar));
            }
            builder.setProperty("Bundle-SymbolicName", "org.acme.first");
            builder.setProperty("Bundle-Version", "1.0.0");
            builder.setProperty("-includepackage", "org.acme.first");
            builder.setProperty("Import-Package", imports + "*");
            Path bundle = scratch.resolve("org.acme.first.jar");
            Jar jar = builder.build();
            assertThat(builder.getErrors()).isEmpty();
            jar.write(bundle.toFile());
            return bundle;
        }
    }

    private List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        Path folder = Files.createDirectories(scratch.resolve("sources"));
        try (Stream<Path> templates = Files.list(TEMPLATE)) {
            for (Path template : templates.toList()) {
                String name = template.getFileName().toString().replace("__type__", "First");
                sources.add(Files.writeString(folder.resolve(name), Files.readString(template).replaceFirst("## .*\n", "")
                        .replace("${type}", "First").replace("${package}", "org.acme.first")
                        .replace("${backend}", "first")));
            }
        }
        assertThat(sources).hasSizeGreaterThan(2);
        return sources;
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The configurations of docs/boards, each loaded by the Configurator as a house would, up to the first buffer. */
class BoardSamplesTest {
    private static final String FOLDER = "/boards";

    private final Heaps heaps = Framework.service(FrameworkUtil.getBundle(getClass()), Heaps.class);

    static List<String> samples() {
        return Collections.list(FrameworkUtil.getBundle(BoardSamplesTest.class).findEntries(FOLDER, "*.json", false))
                .stream().map(URL::getPath).map(path -> path.replaceAll(".*/|\\.json$", "")).sorted().toList();
    }

    @Test
    void everyBoardHasASample() throws Exception {
        assertThat(Framework.context().getServiceReferences(Board.class, null))
                .extracting(board -> String.valueOf(board.getProperty(Board.NAME)))
                .filteredOn(name -> !name.startsWith("test")).allSatisfy(name -> assertThat(samples()).contains(name));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aSampleIsLoadedAndServesABuffer(String board) throws Exception {
        Bundle sample = install(board);
        try {
            Framework.eventually(board + " is on", () -> Framework.context().getServiceReference(Soc.class) != null
                    && board.equals(Framework.context().getServiceReference(Soc.class).getProperty(Soc.BOARD)));
            try (DmaBuf buffer = Framework.await(this::allocated)) {
                assertThat(buffer.record().restricted()).isTrue();
            }
            assertThat(check("Heaps are available").getStatus()).isIn(Result.Status.OK, Result.Status.CRITICAL);
            assertThat(check("No memory is quarantined").getStatus()).isEqualTo(Result.Status.OK);
            Framework.eventually("who waits for the heap alone is told",
                    () -> available().findFirst().filter(heap -> condition(heap.name())).isPresent());
        } finally {
            sample.uninstall();
            Framework.eventually(board + " is off", () -> Framework.context().getServiceReference(Soc.class) == null);
            Framework.eventually("its configuration is gone", () -> configurations() == 0);
            Framework.awaitConfigured();
        }
    }

    /** A buffer; null while no heap has one, as long as backends of the board still come. */
    private DmaBuf allocated() {
        return available().findFirst().map(heap -> {
            try {
                return heap.allocate(4096);
            } catch (HeapException early) {
                return null;
            }
        }).orElse(null);
    }

    private Stream<Heap> available() {
        return heaps.list().stream().filter(heap -> heap.state() == HeapState.AVAILABLE && heap.attributes().restricted());
    }

    private static Result check(String name) throws Exception {
        ServiceReference<HealthCheck> reference = Framework.context().getServiceReferences(HealthCheck.class,
                "(" + HealthCheck.NAME + "=" + name + ")").iterator().next();
        return Framework.context().getService(reference).execute();
    }

    private static boolean condition(String heap) {
        try {
            return Framework.context().getServiceReferences("org.osgi.service.condition.Condition",
                    "(osgi.condition.id=cloister.heap." + heap + ")") != null;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int configurations() {
        try {
            Configuration[] found = Framework.service(ConfigurationAdmin.class, null)
                    .listConfigurations("(|(service.pid=org.cloister.core)(service.pid=org.cloister.emulator.board))");
            return found == null ? 0 : found.length;
        } catch (IOException | InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A bundle that holds nothing but the configuration. */
    private static Bundle install(String board) throws Exception {
        var manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "sample." + board);
        main.putValue("Bundle-Version", "1.0.0");
        main.putValue("Require-Capability", "osgi.extender;filter:=\"(osgi.extender=osgi.configurator)\"");
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes, manifest);
                InputStream in = BoardSamplesTest.class.getResourceAsStream(FOLDER + "/" + board + ".json")) {
            jar.putNextEntry(new JarEntry("OSGI-INF/configurator/board.json"));
            in.transferTo(jar);
        }
        Bundle bundle = Framework.context().installBundle("test:sample-" + board,
                new ByteArrayInputStream(bytes.toByteArray()));
        bundle.start();
        return bundle;
    }
}

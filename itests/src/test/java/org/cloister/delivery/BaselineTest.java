// SPDX-License-Identifier: Apache-2.0
package org.cloister.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.osgi.EmbeddedResource;
import aQute.bnd.osgi.Jar;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What backends are built against changes with its version only; and a change without one is found. */
class BaselineTest {
    private static final Baseline API = new Baseline("api");

    @ParameterizedTest
    @ValueSource(strings = {"api", "pool"})
    void versionsSayWhatHasChanged(String module) throws Exception {
        Baseline baseline = new Baseline(module);
        try (Jar built = baseline.open()) {
            assertThat(baseline.complaints(built)).isEmpty();
        }
    }

    /** Changes are made to what was released first, so that no later change of the API plays a part. */
    private static Jar released() throws Exception {
        return new Jar(API.kept().toFile());
    }

    private static void add(Jar jar, String type, byte[] bytes) {
        jar.putResource(type + ".class", new EmbeddedResource(bytes, 0L));
    }

    @Test
    void theReleaseDiffersInNothing() throws Exception {
        try (Jar jar = released()) {
            assertThat(API.complaints(jar)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "heap, Heaps, 1.1.0", // a provider type, which nobody but core implements
        "backend, HeapBackend, 2.0.0", // a consumer type, which every backend implements
        "backend, PoolMapping, 2.0.0", // likewise, of which no method has a default
    })
    void aNewMethodWantsTheVersionThatItsImplementersNotice(String part, String type, String version) throws Exception {
        String file = "org/cloister/" + part + "/" + type;
        try (Jar jar = released()) {
            ClassFile format = ClassFile.of();
            byte[] bytes = jar.getResource(file + ".class").buffer().array();
            add(jar, file, format.transformClass(format.parse(bytes), ClassTransform.endHandler(end ->
                    end.withMethod("added", MethodTypeDesc.ofDescriptor("()V"), ClassFile.ACC_PUBLIC
                            | ClassFile.ACC_ABSTRACT, _ -> { }))));
            assertThat(API.complaints(jar)).singleElement().asString()
                    .startsWith("org.cloister." + part + " has version 1.0.0, and since 1.0.0 this has changed: ")
                    .contains("added method added()", "take that back, or write @Version(\"" + version + "\") in api/src/",
                            "/" + part + "/package-info.java", "CHANGELOG.md");
        }
    }

    @Test
    void aNewTypeWantsAnotherMinorVersion() throws Exception {
        try (Jar jar = released()) {
            add(jar, "org/cloister/tee/Added", ClassFile.of().build(ClassDesc.of("org.cloister.tee.Added"), made ->
                    made.withFlags(AccessFlag.PUBLIC, AccessFlag.INTERFACE, AccessFlag.ABSTRACT)));
            assertThat(API.complaints(jar)).singleElement().asString().contains("@Version(\"1.1.0\")");
        }
    }

    @Test
    void aTypeThatIsGoneWantsAnotherMajorVersion() throws Exception {
        try (Jar jar = released()) {
            jar.remove("org/cloister/importer/Importer.class");
            assertThat(API.complaints(jar)).singleElement().asString()
                    .contains("removed interface org.cloister.importer.Importer", "@Version(\"2.0.0\")");
        }
    }

    @Test
    void aPackageThatIsGoneIsMissed() throws Exception {
        try (Jar jar = released()) {
            List.copyOf(jar.getDirectories().get("org/cloister/region").keySet()).forEach(jar::remove);
            var manifest = jar.getManifest().getMainAttributes();
            manifest.putValue("Export-Package", manifest.getValue("Export-Package")
                    .replaceAll("org\\.cloister\\.region;(\"[^\"]*\"|[^,\"])*,?", "").replaceAll(",$", ""));
            assertThat(API.complaints(jar)).singleElement().asString()
                    .isEqualTo("org.cloister.region was in the first release and is not exported any more; keep it, as what"
                            + " was built for it would not start");
        }
    }
}

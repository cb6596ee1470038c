// SPDX-License-Identifier: Apache-2.0
package org.cloister.launcher.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.launch.FrameworkFactory;

/** Starts a jar that is made here, of the launcher and {@link Program}, as its users do. */
class RunnableJarTest {
    private record Result(int status, String out, String err) {}

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final long SECONDS = 120;

    @TempDir
    private Path temporary;

    private Path jar;
    private Path cache;
    private Process process;

    @BeforeEach
    void pack() throws Exception {
        cache = temporary.resolve("cache");
        Path folder = Files.createDirectories(temporary.resolve("content/jar")).getParent();
        Path classes = Path.of(Launcher.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path framework = Path.of(Class.forName("org.apache.felix.framework.FrameworkFactory")
                .asSubclass(FrameworkFactory.class).getProtectionDomain().getCodeSource().getLocation().toURI());
        Files.copy(framework, folder.resolve("framework.jar"));
        Files.writeString(folder.resolve("logging.properties"), "handlers=\n");
        Files.writeString(folder.resolve("launcher.properties"), "launch.bundles=jar/program.jar\nprogram.bias=40\n");
        pack(folder.resolve("launcher.jar"), classes,
                attributes(Attributes.Name.MAIN_CLASS, Launcher.class.getName(), Attributes.Name.CLASS_PATH, "framework.jar"));
        Path program = Path.of(Program.class.getName().replace('.', '/') + ".class");
        Path testClasses = Path.of(Program.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path bundle = temporary.resolve("bundle");
        Files.createDirectories(bundle.resolve(program).getParent());
        Files.copy(testClasses.resolve(program), bundle.resolve(program));
        pack(folder.resolve("jar/program.jar"), bundle, attributes(new Attributes.Name("Bundle-ManifestVersion"), "2",
                new Attributes.Name("Bundle-SymbolicName"), "program",
                new Attributes.Name("Import-Package"), "org.osgi.framework",
                new Attributes.Name("Bundle-Activator"), Program.class.getName()));
        try (Stream<Path> files = Files.walk(classes.resolve("org"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = folder.resolve(classes.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        jar = temporary.resolve("a jar.jar");
        pack(jar, folder, attributes(Attributes.Name.MAIN_CLASS, RunnableJar.class.getName(),
                new Attributes.Name("Enable-Native-Access"), "ALL-UNNAMED"));
    }

    @AfterEach
    void end() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private static Attributes attributes(Object... namesAndValues) {
        Attributes attributes = new Attributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        for (int i = 0; i < namesAndValues.length; i += 2) {
            attributes.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return attributes;
    }

    private static void pack(Path jar, Path folder, Attributes attributes) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putAll(attributes);
        try (OutputStream out = Files.newOutputStream(jar); JarOutputStream packed = new JarOutputStream(out, manifest);
                Stream<Path> files = Files.walk(folder)) {
            Predicate<Path> isContent = Files::isRegularFile;
            for (Path file : files.filter(isContent.and(file -> !file.toString().contains("META-INF"))).sorted().toList()) {
                packed.putNextEntry(new ZipEntry(folder.relativize(file).toString()));
                Files.copy(file, packed);
            }
        }
    }

    private Process start(List<String> options, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(JAVA.toString()));
        command.addAll(options);
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(temporary.resolve("out").toFile())
                .redirectError(temporary.resolve("err").toFile());
        builder.environment().keySet().removeAll(List.of("CLOISTER_JAVA_OPTS", "JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"));
        builder.environment().put("XDG_CACHE_HOME", cache.toString());
        process = builder.start();
        return process;
    }

    private Result run(List<String> options, String... arguments) throws IOException, InterruptedException {
        assertThat(start(options, arguments).waitFor(SECONDS, TimeUnit.SECONDS)).as("it ends").isTrue();
        return new Result(process.exitValue(),
                Files.readString(temporary.resolve("out")), Files.readString(temporary.resolve("err")));
    }

    private Result run(String... arguments) throws IOException, InterruptedException {
        return run(List.of(), arguments);
    }

    private List<Path> kept(String glob) throws IOException {
        try (Stream<Path> files = Files.walk(cache)) {
            return files.filter(file -> file.getFileSystem().getPathMatcher("glob:" + glob).matches(file.getFileName()))
                    .toList();
        }
    }

    @Test
    void statusIsThatOfTheCommandAndNothingIsSaid() throws Exception {
        assertThat(run("one", "*", "")).isEqualTo(new Result(43, "", ""));
        assertThat(kept("program.jar")).hasSize(1);
        assertThat(kept("*.jsa")).as("of what loads little").isEmpty();
    }

    @Test
    void archiveIsMadeOnceAndAnewWhenItIsDamaged() throws Exception {
        assertThat(run("alloc").status()).isEqualTo(41);
        Path archive = kept("*.jsa").getFirst();
        Object key = Files.readAttributes(archive, "unix:ino,lastModifiedTime");

        assertThat(run("alloc", "x")).isEqualTo(new Result(42, "", ""));
        assertThat(Files.readAttributes(archive, "unix:ino,lastModifiedTime")).isEqualTo(key);

        byte[] content = Files.readAllBytes(archive);
        content[content.length / 2] ^= 1;
        Files.write(archive, content);
        assertThat(run("alloc")).isEqualTo(new Result(41, "", ""));
        assertThat(kept("*.jsa")).hasSize(1);
        assertThat(Files.readAllBytes(kept("*.jsa").getFirst())).isNotEqualTo(content);
        assertThat(kept("*.part")).isEmpty();
    }

    @Test
    void optionsOfTheUserGoToTheMachineThatRunsTheProgram() throws Exception {
        Result result = run(List.of("-Xmx256m"), "one");

        assertThat(result.status()).isEqualTo(41);
        assertThat(result.out()).isEmpty();
    }

    @Test
    void withoutACacheItRunsFromATemporaryFolder() throws Exception {
        Files.createFile(cache); // not even root makes a folder in it
        Path temporaries = Files.createDirectory(temporary.resolve("temporaries"));

        Result result = run(List.of("-Djava.io.tmpdir=" + temporaries), "one");

        assertThat(result.status()).isEqualTo(41);
        assertThat(result.err()).contains("cloister: cannot keep what the jar unpacks", "XDG_CACHE_HOME");
        assertThat(temporaries).isEmptyDirectory();
        assertThat(run("one").status()).as("in a second machine").isEqualTo(41);
    }

    @Test
    void noPlaceAtAll() throws Exception {
        Files.createFile(cache);

        Result result = run(List.of("-Djava.io.tmpdir=" + temporary.resolve("missing")), "one");

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("cloister: cannot unpack the jar", "make room in", "missing");
    }

    @Test
    void signalReachesTheProgramAndTheStatusTellsOfIt() throws Exception {
        start(List.of(), Program.WAIT);
        ProcessHandle program = program();

        process.destroy();

        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(143);
        assertThat(program.isAlive()).isFalse();
        assertThat(temporary.resolve("err")).isEmptyFile();
    }

    @Test
    void programDoesNotOutliveTheMachineThatStartedIt() throws Exception {
        start(List.of(), Program.WAIT);
        ProcessHandle program = program();

        process.destroyForcibly();

        program.onExit().get(SECONDS, TimeUnit.SECONDS);
    }

    /** Waits until the program says that it runs. */
    private ProcessHandle program() throws IOException {
        Path out = temporary.resolve("err"); // standard output belongs to the command line
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!Files.readString(out).contains(Program.WAIT)) {
            assertThat(System.nanoTime()).as("it runs in time").isLessThan(deadline);
            Thread.onSpinWait();
        }
        Files.writeString(out, "");
        return process.children().findFirst().orElseThrow();
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.felix.framework.FrameworkFactory;
import org.cloister.emulator.soc.Await;
import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.Firmware;
import org.cloister.emulator.soc.PowerState;
import org.cloister.emulator.soc.PowerState.Phase;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.UseCase;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Interrupts;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.DeviceTreeBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;

/** The switch, with the service registry of a real framework; what Declarative Services does, the test does. */
@Timeout(60)
class BoardSwitchTest {
    private static final long RAM = 0x8000_0000L;
    private static final Map<String, Object> MONITOR = Map.of(Firmware.NAME, "monitor");
    private static final Firmware IDLE = world -> () -> { };

    @TempDir
    private Path directory;
    private Framework framework;
    private BundleContext context;
    private final List<String> events = new ArrayList<>();

    @BeforeEach
    void startFramework() throws BundleException {
        framework = new FrameworkFactory().newFramework(Map.of(
                Constants.FRAMEWORK_STORAGE, directory.resolve("cache").toString()));
        framework.start();
        context = framework.getBundleContext();
        context.addServiceListener(event -> events.add(
                sign(event) + simpleName(event.getServiceReference())));
    }

    @AfterEach
    void stopFramework() throws BundleException, InterruptedException {
        framework.stop();
        framework.waitForStop(60_000);
    }

    @Test
    void registersWhatTheBoardHasAndTakesItBackInReverse() throws InvalidSyntaxException {
        BoardSwitch power = on("lab");
        power.addBoard(board("lab", false));
        assertThat(power.state()).isEqualTo(new PowerState("lab", Phase.ON, ""));
        assertThat(events).containsExactly(
                "+Soc", "+BoardView", "+DeviceTree", "+Interrupts", "+ContiguousArea", "+PhysicalMemory",
                "=Soc");
        assertThat(service(Soc.class, "(&(board=lab)(board.complete=true))")).isNotNull();
        PhysicalMemory cpu = service(PhysicalMemory.class, "(&(initiator=cpu)(board=lab))");
        assertThat(service(Soc.class, "(board=lab)").board()).isEqualTo("lab");
        assertThat(service(ContiguousArea.class, "(&(area.default=true)(area.name=linux,cma))").isDefault()).isTrue();
        assertThat(service(DeviceTree.class, "(board=lab)").find("/memory")).isPresent();
        assertThat(service(Interrupts.class, "(board=lab)")).isNotNull();
        cpu.writeInt(RAM, 1);

        events.clear();
        power.stop();
        assertThat(events).containsExactly(
                "-PhysicalMemory", "-ContiguousArea", "-Interrupts", "-DeviceTree", "-BoardView", "-Soc");
        assertThat(power.state().phase()).isEqualTo(Phase.OFF);
        assertThatIllegalStateException().isThrownBy(() -> cpu.readInt(RAM));
    }

    @Test
    void waitsForTheBoardAndSaysWhichThereAre() {
        BoardSwitch power = on("mine");
        power.addBoard(board("zulu", false));
        power.addBoard(board("alpha", false));
        assertThat(power.state().phase()).isEqualTo(Phase.WAITING);
        assertThat(power.state().reason()).contains("no board has that name", "[alpha, zulu]");
        power.addBoard(board("mine", false));
        assertThat(power.state().phase()).isEqualTo(Phase.ON);
        power.stop();
    }

    @Test
    void waitsForFirmwareAndGoesOffWithIt() {
        BoardSwitch power = on("mine");
        power.addBoard(board("mine", true));
        power.addFirmware(IDLE, Map.of(Firmware.NAME, "other"));
        assertThat(power.state()).isEqualTo(
                new PowerState("mine", Phase.WAITING, "its firmware is not there: [monitor]"));
        assertThat(events).isEmpty();

        List<String> life = new ArrayList<>();
        Firmware monitor = world -> {
            life.add("up, " + events.size() + " services");
            return () -> life.add("down after " + events.getLast());
        };
        power.addFirmware(monitor, MONITOR);
        assertThat(power.state().phase()).isEqualTo(Phase.ON);
        power.removeFirmware(monitor, MONITOR);
        assertThat(power.state().phase()).isEqualTo(Phase.WAITING);
        assertThat(life).containsExactly("up, 0 services", "down after -Soc");
        power.stop();
    }

    @Test
    void whatItDoesNotUseMayComeAndGo() {
        BoardSwitch power = on("mine");
        Board mine = board("mine", false);
        power.addBoard(mine);
        int services = events.size();
        Board other = board("other", false);
        power.addBoard(other);
        power.addFirmware(IDLE, MONITOR);
        power.removeFirmware(IDLE, MONITOR);
        power.removeBoard(other);
        assertThat(events).hasSize(services);
        power.removeBoard(mine);
        assertThat(power.state().phase()).isEqualTo(Phase.WAITING);
        power.stop();
    }

    @Test
    void saysWhyABoardIsRefusedAndTriesAgainWhenSomethingChanges() {
        BoardSwitch power = on("mine");
        Board wrong = new BoardBuilder("mine", "").firewall("k3").ram(RAM, 1 << 20)
                .carveOut("video", RAM, 100, UseCase.SECURE_VIDEO, "cpu:w").build();
        power.addBoard(wrong);
        assertThat(power.state().phase()).isEqualTo(Phase.FAILED);
        assertThat(power.state().reason()).contains("video@80000000", "whole pages");
        assertThat(events).isEmpty();
        power.removeBoard(wrong);
        power.addBoard(board("mine", false));
        assertThat(power.state().phase()).isEqualTo(Phase.ON);
        power.stop();
    }

    @Test
    void firmwareThatThrowsIsReported() {
        BoardSwitch power = on("mine");
        power.addBoard(board("mine", true));
        power.addFirmware(world -> {
            throw new IllegalStateException("bad fuse");
        }, MONITOR);
        assertThat(power.state().phase()).isEqualTo(Phase.FAILED);
        assertThat(power.state().reason()).contains("bad fuse");
        power.stop();
    }

    @Test
    void switchesOnABoardFromAFile() throws IOException {
        Path file = Files.write(directory.resolve("machine.dtb"), new DeviceTreeBuilder().root(root -> root
                .cells("#address-cells", 2).cells("#size-cells", 2)
                .node("memory@80000000", memory -> memory.strings("device_type", "memory")
                        .reg(new AddressRange(RAM, 1 << 20)))).build());
        BoardSwitch power = on(file.toString());
        assertThat(power.state().phase()).isEqualTo(Phase.ON);
        assertThat(context.getServiceReference(Soc.class).getProperty(Soc.BOARD)).isEqualTo("machine");
        power.stop();
    }

    @Test
    void saysWhyAFileIsNoBoard() throws IOException {
        BoardSwitch missing = on(directory.resolve("missing.dtb").toString());
        assertThat(missing.state().phase()).isEqualTo(Phase.FAILED);
        assertThat(missing.state().reason()).contains("missing.dtb", "cannot be read");
        Path damaged = Files.write(directory.resolve("damaged.dtb"), new byte[100]);
        BoardSwitch power = on(damaged.toString());
        assertThat(power.state().phase()).isEqualTo(Phase.FAILED);
        assertThat(power.state().reason()).contains("malformed device tree");
        missing.stop();
        power.stop();
    }

    @Test
    void stoppingWaitsForWhoeverIsSwitching() {
        CountDownLatch booting = new CountDownLatch(1);
        CountDownLatch mayGoOn = new CountDownLatch(1);
        BoardSwitch power = on("mine");
        power.addBoard(board("mine", true));
        CompletableFuture<Void> adding = CompletableFuture.runAsync(() -> power.addFirmware(world -> {
            booting.countDown();
            Await.until("the test lets the firmware go on", () -> mayGoOn.getCount() == 0);
            return () -> { };
        }, MONITOR));
        Await.until("the firmware boots", () -> booting.getCount() == 0);
        CompletableFuture<Void> stopping = CompletableFuture.runAsync(power::stop);
        assertThat(stopping).isNotDone();
        mayGoOn.countDown();
        stopping.join();
        adding.join();
        assertThat(power.state().phase()).isEqualTo(Phase.OFF);
        assertThat(context.getServiceReference(Soc.class)).isNull();
    }

    @Test
    void theBoardsThatComeWithItAreOnes() {
        for (Board board : List.of(new JacintoBoard(), new LabBoard())) {
            BoardSwitch power = on(board.name());
            for (String firmware : List.of("optee", "psp", "memory-encryption")) {
                power.addFirmware(world -> () -> { }, Map.of(Firmware.NAME, firmware));
            }
            power.addBoard(board);
            assertThat(power.state()).isEqualTo(new PowerState(board.name(), Phase.ON, ""));
            power.stop();
        }
    }

    private BoardSwitch on(String board) {
        BoardSwitch power = new BoardSwitch(context, new Configured(board));
        assertThat(power.state().phase()).isEqualTo(Phase.OFF);
        power.start();
        return power;
    }

    private <T> T service(Class<T> type, String filter) throws InvalidSyntaxException {
        List<ServiceReference<T>> found = List.copyOf(context.getServiceReferences(type, filter));
        assertThat(found).hasSize(1);
        return context.getService(found.getFirst());
    }

    private static String sign(ServiceEvent event) {
        return switch (event.getType()) {
            case ServiceEvent.REGISTERED -> "+";
            case ServiceEvent.MODIFIED -> "=";
            default -> "-";
        };
    }

    private static String simpleName(ServiceReference<?> reference) {
        String name = ((String[]) reference.getProperty(Constants.OBJECTCLASS))[0];
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static Board board(String name, boolean withFirmware) {
        BoardBuilder board = new BoardBuilder(name, "a board for tests").ram(RAM, 64 << 20)
                .defaultContiguousArea(16 << 20, new AddressRange(RAM, 64 << 20));
        return (withFirmware ? board.firmware("monitor", node -> { }) : board).build();
    }

    private record Configured(String board) implements BoardConfiguration {
        @Override
        public long seed() {
            return 1;
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return BoardConfiguration.class;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloister.emulator.optee.StandardApplications;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.emulator.psp.os.internal.CommandServer;
import org.cloister.emulator.psp.os.internal.Machine;
import org.cloister.emulator.psp.os.internal.SecureProcessor;
import org.cloister.emulator.psp.ta.internal.MemoryApplication;
import org.cloister.emulator.soc.Firmware;
import org.cloister.emulator.soc.ProtectedRanges;
import org.cloister.emulator.soc.RunningFirmware;
import org.cloister.emulator.soc.SecureWorld;
import org.cloister.emulator.soc.Soc;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.FirmwareFiles;
import org.cloister.platform.conduit.PspDevice;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * AMD's secure processor as firmware of emulated boards. While it has power, the normal world finds a
 * {@link PspDevice}; the files of its applications are there as long as the board is on. Safe for use by any thread.
 */
@Component(service = Firmware.class, property = Firmware.NAME + "=" + PspFirmware.MODEL,
        configurationPid = PspConfiguration.PID)
@Designate(ocd = PspConfiguration.class)
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=\"org.cloister.platform.conduit.PspDevice\"")
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=\"org.cloister.platform.conduit.FirmwareFiles\"")
public final class PspFirmware implements Firmware {
    /** The value of {@code cloister,firmware} that this model answers to. */
    static final String MODEL = "psp";

    private static final Logger LOG = LoggerFactory.getLogger(PspFirmware.class);
    private static final Pattern FILE = Pattern.compile("amdtee/([0-9a-f-]{36})\\.bin");

    private final BundleContext context;
    private final Duration patience;
    private final List<Installed> boards = new ArrayList<>(); // guarded by this
    private boolean present; // guarded by this

    /** Waits for a board that wants it. */
    @Activate
    public PspFirmware(BundleContext context, PspConfiguration configuration) {
        this.context = context;
        this.patience = Duration.ofMillis(Math.max(0, configuration.patience_millis()));
        this.present = configuration.present();
    }

    /** Power comes or goes. */
    @Modified
    synchronized void modified(PspConfiguration configuration) {
        present = configuration.present();
        boards.forEach(board -> board.power(present));
    }

    @Override
    public synchronized RunningFirmware boot(SecureWorld world) {
        Installed board = new Installed(world);
        boards.add(board);
        board.power(present);
        return () -> remove(board);
    }

    private synchronized void remove(Installed board) {
        boards.remove(board);
        board.power(false);
        board.files.unregister();
    }

    /** The secure processor of a board that is on. Guarded by the component. */
    private final class Installed {
        private final Soc soc;
        private final PspBinding binding;
        private final Machine machine;
        private final Map<UUID, TrustedApplication> applications = new HashMap<>();
        private final ServiceRegistration<FirmwareFiles> files;
        private Optional<Powered> powered = Optional.empty();

        private record Powered(SecureProcessor processor, ServiceRegistration<PspDevice> device) {}

        Installed(SecureWorld world) {
            soc = world.soc();
            binding = PspBinding.read(soc);
            PhysicalMemory memory = world.memory(binding.initiator());
            machine = new Machine(soc, memory, new ProtectedRanges(world, MODEL, memory, binding.rights(), patience));
            List.of(new MemoryApplication(machine), StandardApplications.contentDecryption())
                    .forEach(application -> applications.put(application.uuid(), application));
            FirmwareFiles rootFileSystem = this::file;
            files = context.registerService(FirmwareFiles.class, rootFileSystem,
                    new Hashtable<>(Map.of(Soc.BOARD, soc.board())));
        }

        private Optional<byte[]> file(String path) {
            Matcher name = FILE.matcher(path);
            return name.matches() ? Optional.ofNullable(applications.get(UUID.fromString(name.group(1))))
                    .map(CommandServer::file) : Optional.empty();
        }

        void power(boolean on) {
            if (on == powered.isPresent()) {
                return;
            }
            if (on) {
                CommandServer server = new CommandServer(machine);
                applications.values().forEach(server::add);
                SecureProcessor processor = new SecureProcessor(binding.generation(), machine, server);
                powered = Optional.of(new Powered(processor, context.registerService(PspDevice.class, processor,
                        new Hashtable<>(Map.of(Soc.BOARD, soc.board(), PspDevice.GENERATION, binding.generation())))));
            } else {
                Powered ending = powered.orElseThrow();
                powered = Optional.empty();
                ending.device().unregister();
                ending.processor().close();
            }
            LOG.info("the secure processor of board {} is {}", soc.board(), on ? "on" : "off");
        }
    }
}

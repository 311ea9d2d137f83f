package io.netsvc.inetd.config;

import java.util.List;
import java.util.Optional;

/** Turns sections of xinetd, and what the defaults have for them, into services. */
final class XinetdServices {
  private final XinetdSection defaults;
  private final Found found;

  XinetdServices(XinetdSection defaults, Found found) {
    this.defaults = defaults;
    this.found = found;
    leaveOutWrongDefaults();
  }

  /** A default that is wrong is one error, and not one for each section. */
  private void leaveOutWrongDefaults() {
    for (var setting : List.copyOf(defaults.settings().values())) {
      try {
        new XinetdReading(defaults).check(setting);
      } catch (Rejected e) {
        found.error(setting.file(), e);
        defaults.settings().remove(setting.key().text());
      }
    }
  }

  void accept(XinetdSection section) {
    try {
      if (isOff(section)) {
        off(section);
        return;
      }
      if (section.failure().isPresent()) {
        throw section.failure().get();
      }
      section.inherit(defaults);
      var spec = new XinetdReading(section).spec();
      section.remarks().forEach(r -> found.warning(section.file(), r.at(), r.message()));
      found.service(spec);
    } catch (Rejected e) {
      var partial =
          ServiceSpec.empty()
              .placed(section.file(), section.head().position())
              .with(Attribute.ID, section.head().text());
      found.broken(section.file(), e, BrokenEntry.of(partial));
    }
  }

  /** What is off may be unfinished; what cannot be read of it is worth a warning and no more. */
  private void off(XinetdSection section) {
    section.failure().ifPresent(why -> found.warning(section.file(), why.position(), why.message()));
    Optional<ServiceSpec> spec = Optional.empty();
    if (section.failure().isEmpty()) {
      try {
        section.inherit(defaults);
        spec = Optional.of(new XinetdReading(section).spec());
      } catch (Rejected _) {
        // As it is off, nobody misses it.
      }
    }
    found.disabled(new DisabledEntry(section.head().position(), "", section.head().text(), spec));
  }

  private boolean isOff(XinetdSection section) throws Rejected {
    var disable = section.setting("disable");
    if (disable.isPresent() && Syntax.yesNo().read(disable.get().key(), disable.get().values())) {
      return true;
    }
    var ids = section.texts("id");
    var id = ids.size() == 1 ? ids.getFirst() : section.head().text();
    var enabled = defaults.setting("enabled");
    return (enabled.isPresent() && !defaults.texts("enabled").contains(id))
        || defaults.texts("disabled").contains(id);
  }
}

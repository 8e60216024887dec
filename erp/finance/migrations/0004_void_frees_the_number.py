from django.conf import settings
from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0002_guards'),
        ('erp_finance', '0003_refunds_and_exchange'),
        ('masterdata', '0002_units_currencies_regions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='invoice',
            name='erp_invoice_supplier_number_once',
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(condition=models.Q(('direction', 'purchase'), models.Q(('tax_number', ''), _negated=True), models.Q(('status', 'void'), _negated=True)), fields=('company', 'party', 'tax_number'), name='erp_invoice_supplier_number_once', violation_error_message="This supplier's invoice is booked already"),
        ),
    ]
